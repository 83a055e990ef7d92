"""`drill-tui runbook check|show|schema`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from drill_tui.cli.exits import Exit
from drill_tui.cli.places import find_places
from drill_tui.cli.root import load_runbook


def check(name: str, project: Path | None) -> Exit:
    """Load a runbook and say that it is sound.  Raises UserError with every problem."""
    places = find_places(project)
    path = places.find_runbook(name)
    runbook = load_runbook(path, places).runbook
    sys.stdout.write(
        f"{path}: sound: {len(runbook.steps)} steps, {len(runbook.cleanup)} cleanup steps, "
        f"{len(runbook.criteria)} criteria\n"
    )
    return Exit.PASSED


def show(name: str, project: Path | None) -> Exit:
    """Print a runbook as Markdown."""
    from drill_tui.runbook.show import to_markdown

    places = find_places(project)
    sys.stdout.write(to_markdown(load_runbook(places.find_runbook(name), places).runbook))
    return Exit.PASSED


def schema() -> Exit:
    """Print the JSON Schema that editors complete and check runbooks with."""
    from drill_tui.runbook.schema import json_schema

    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
    return Exit.PASSED
