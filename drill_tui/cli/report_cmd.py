"""`drill-tui report check`: is the evidence of a run what its journal gives?"""

from __future__ import annotations

import sys
from pathlib import Path

from drill_tui.cli.exits import Exit
from drill_tui.cli.places import find_places
from drill_tui.programme.audit import audit
from drill_tui.sinks.terminal import Terminal
from drill_tui.sinks.words import flat

ANCHOR = (
    "A journal that was written anew as a whole has a sound chain too: compare its SHA-256 with one that was",
    "kept elsewhere on the day of the drill, such as in the ticket, a CI log or the signed print.",
)


def check(run: str, project: Path | None, artifacts: Path | None) -> Exit:
    """Print a line for each artifact.  FAILED when one is not sound; raises UserError for an unknown run."""
    run_dir = find_places(project, artifacts).find_run(run)
    out = Terminal(sys.stdout)
    out.line(run_dir.name, "bold")
    sound = True
    for found in audit(run_dir):
        mark, style = ("✓", "green") if found.sound else ("✗", "bold red")
        out.line(f"{mark} {found.subject}: {flat(found.says)}", style)
        sound = sound and found.sound
    if sound:
        for line in ANCHOR:
            out.line(line, "dim")
    return Exit.PASSED if sound else Exit.FAILED
