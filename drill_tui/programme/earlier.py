"""Finds what a drill is compared with among the reports of those before it."""

from __future__ import annotations

from collections.abc import Sequence

from drill_tui.engine.record.earlier import Earlier, EarlierDrill, Foretold
from drill_tui.programme.forecast import TooThinError, forecast
from drill_tui.programme.shelf import PastDrill, Shelf
from drill_tui.sinks.rto_history import MOST
from drill_tui.verdict.laps import Laps


def earlier_of(runbook: str, shelf: Shelf, production_bytes: int | None = None) -> Earlier:
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
        foretold=_foretold(before, production_bytes) if production_bytes else None,
    )


def _foretold(before: Sequence[PastDrill], size_bytes: int) -> Foretold | None:
    try:
        found = forecast(before, size_bytes)
    except TooThinError:
        return None
    return Foretold(
        size_bytes=size_bytes,
        low_s=round(found.total.low_s, 3),
        likely_s=round(found.total.likely_s, 3),
        high_s=round(found.total.high_s, 3),
        drills=found.drills,
    )
