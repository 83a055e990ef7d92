"""Finds what a report is compared with among the reports beside it."""

from __future__ import annotations

from datetime import datetime

from drill_tui.programme.shelf import Shelf
from drill_tui.sinks.earlier import Earlier, EarlierDrill
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.report import Report


def earlier_than(report: Report, shelf: Shelf) -> Earlier:
    """Only what began before it, so that a report that is written again compares with the same drills."""
    began_at = datetime.fromisoformat(report.timestamp).timestamp()
    before = [
        drill
        for drill in shelf.of(report.runbook.id)
        if drill.counts and drill.at < began_at and drill.run_id != report.run_id
    ]
    return Earlier(
        drills=tuple(EarlierDrill(at=d.at, verdict=d.verdict, rto_wall_s=d.rto_wall_s) for d in before),
        passed=sum(drill.passed for drill in before),
        laps=Laps.of(before),
    )
