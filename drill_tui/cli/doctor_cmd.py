"""`drill-tui doctor`: what this machine lacks before a drill can succeed."""

from __future__ import annotations

import dataclasses
import json
import os
import sys

from drill_tui.cli.exits import Exit


def doctor(as_json: bool) -> Exit:
    """Print every check with what to do about it.  FAILED when one of them would stop a drill."""
    from drill_tui.postgres.doctor import checks as postgres_checks
    from drill_tui.targets.doctor import checks as target_checks

    found = [*postgres_checks(os.environ), *target_checks(os.environ)]
    if as_json:
        sys.stdout.write(json.dumps([dataclasses.asdict(check) for check in found], indent=2) + "\n")
    else:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False)
        for heading in ("", "check", "found", "what to do"):
            table.add_column(heading, overflow="fold")
        marks = {"ok": "✓ ok", "warn": "! warn", "fail": "✗ fail"}
        for check in found:
            table.add_row(*map(Text, (marks[check.status], check.name, check.found, check.advice)))
        Console(highlight=False).print(table)
    return Exit.FAILED if any(check.status == "fail" for check in found) else Exit.PASSED
