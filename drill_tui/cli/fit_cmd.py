"""`drill-tui fit`: what the source or a backup needs, and which target offers it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.settings import adopt_source_here

if TYPE_CHECKING:
    from drill_tui.targets.fit_report import FitReport


def fit(backup: str | None, target: str, as_json: bool) -> Exit:
    """Compare and print.  ERROR where no target fits: then a drill could not tell anything.

    Raises UserError for a backup or a source that cannot be read.
    """
    from drill_tui.engine.ports import ActionError
    from drill_tui.targets.fit_report import make_report

    adopt_source_here()
    try:
        report = asyncio.run(make_report(backup, target, os.environ))
    except ActionError as problem:
        raise UserError(str(problem), code=Exit.ERROR) from None
    if as_json:
        sys.stdout.write(json.dumps(report.as_json(), indent=2) + "\n")
    else:
        _print(report)
    return Exit.PASSED if report.chosen else Exit.ERROR


def _print(report: FitReport) -> None:
    from rich.console import Console
    from rich.text import Text

    from drill_tui.engine.text.sanitise import one_line

    marks = {"fits": ("✓", "green"), "unknown": ("?", "yellow"), "unfit": ("✗", "bold red")}
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(one_line(f"Needs of {report.origin}: {report.needs or 'nothing special'}", 2_000)))
    for row in report.targets:
        mark, style = marks[row.answer]
        line = Text(f"{mark} {row.target}: ", style).append(
            one_line(f"{row.name} ({row.place})", 400), "none"
        )
        console.print(line)
        for finding in row.findings:
            console.print(Text(f"    {one_line(finding.sentence, 1_000)}", "none"))
            if finding.remedy and finding.status != "note":
                console.print(Text(f"    → {one_line(finding.remedy, 1_000)}", "dim"))
    if report.chosen:
        console.print(Text(one_line(f"A drill would take {report.chosen}: {report.why}.", 2_000)))
    else:
        console.print(Text(one_line(f"No target fits. {report.why}", 2_000)))
