"""What comes after the last event: report, artifacts, incident, notifications, exit code."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, complain
from drill_tui.cli.places import Places

if TYPE_CHECKING:
    from drill_tui.verdict.report import Report


def conclude(run_dir: Path, places: Places) -> tuple[Report, list[Path]]:
    """Fold the journal into the report, leave every artifact, and raise or lift an incident."""
    from drill_tui.programme.aftermath import after_drill
    from drill_tui.sinks.artifact import write_all
    from drill_tui.sinks.evidence import report_of_run

    report = report_of_run(run_dir)
    paths = write_all(report, run_dir, places.artifacts_dir)
    incidents = after_drill(report, next(iter(paths), None), run_dir, os.environ, complain)
    return report, [*paths, *(incidents_dir(places) / f"{incident.id}.md" for incident in incidents)]


def incidents_dir(places: Places) -> Path:
    return places.artifacts_dir / "incidents"


def finish(run_dir: Path, places: Places, *, as_json: bool = False, events: bool = False) -> Exit:
    """Conclude, and say on the terminal what came out of it.  Returns the exit code."""
    from drill_tui.verdict.fold import exit_code

    report, paths = conclude(run_dir, places)
    if as_json:
        from drill_tui.sinks.artifact import report_json

        sys.stdout.write(report_json(report))
    else:
        from drill_tui.sinks.summary import print_summary

        print_summary(report, paths, sys.stderr if events else sys.stdout)
    return Exit(exit_code(report))


def say_what_was_left(places: Places) -> None:
    """Name, on stderr, every run whose process died before its cleanup."""
    from drill_tui.engine.recover import find_orphans

    for run_dir in find_orphans(places.artifacts_dir):
        complain(
            f"the run {run_dir.name} was cut off before its cleanup",
            f"drill-tui resume {run_dir.name} goes on with it; drill-tui clean {run_dir.name} removes it.",
        )
