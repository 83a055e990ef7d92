"""One page about a fleet, for a manager and an auditor."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from drill_tui.fleet.overview import MARKS, FleetReport, short
from drill_tui.sinks.pages import page_environment

TEMPLATES: Final = Path(__file__).parent / "templates"


def fleet_page(report: FleetReport) -> str:
    environment = page_environment(TEMPLATES)
    environment.filters["short"] = short
    return environment.get_template("fleet.html.jinja").render(report=report, marks=MARKS)
