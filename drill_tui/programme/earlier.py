"""Finds what a drill is compared with among the reports of those before it."""

from __future__ import annotations

from drill_tui.engine.record.earlier import Earlier, EarlierDrill
from drill_tui.programme.shelf import Shelf
from drill_tui.sinks.rto_history import MOST
from drill_tui.verdict.laps import Laps


def earlier_of(runbook: str, shelf: Shelf) -> Earlier:
    """Training is left out; of a long series the journal keeps as many as the picture shows."""
    before = [drill for drill in shelf.of(runbook) if drill.counts]
    laps = Laps.of(before)
    drills = [
        EarlierDrill(at=d.at, verdict=d.verdict, rto_wall_s=d.rto_wall_s)
        for d in before
        if d.rto_wall_s is not None
    ]
    return Earlier(
        drills=tuple(drills[-MOST:]),
        passed=sum(drill.passed for drill in before),
        best_s=dict(laps.best),
        last_s=dict(laps.last),
    )
