"""`drill-tui doctor`: what this machine lacks before a drill can succeed."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit
from drill_tui.cli.settings import adopt_source_here

if TYPE_CHECKING:
    from drill_tui.postgres.doctor import DoctorCheck


def doctor(as_json: bool) -> Exit:
    """Print every check with what to do about it.  FAILED when one of them would stop a drill."""
    from drill_tui.postgres.doctor import checks as postgres_checks
    from drill_tui.targets.doctor import checks as target_checks
    from drill_tui.targets.fit_report import checks as fit_checks

    adopt_source_here()
    found = [*postgres_checks(os.environ), *target_checks(os.environ), *fit_checks(os.environ)]
    if as_json:
        sys.stdout.write(json.dumps([dataclasses.asdict(check) for check in found], indent=2) + "\n")
    else:
        _print(found)
    return Exit.FAILED if any(check.status == "fail" for check in found) else Exit.PASSED


def _print(found: Sequence[DoctorCheck]) -> None:
    from rich.console import Console
    from rich.text import Text

    marks = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "bold red")}
    console = Console(highlight=False, soft_wrap=True)
    for check in found:
        mark, style = marks[check.status]
        console.print(Text(f"{mark} {check.name}: ", style).append(check.found, "none"))
        if check.advice:
            console.print(Text(f"    {check.advice}", "dim"))
