"""The way from an order to a seat at its drill."""

from __future__ import annotations

from collections.abc import Callable

from drill_tui.engine.record.journal import JOURNAL_NAME, read_journal
from drill_tui.engine.run.control import DrillControl
from drill_tui.runbook.mode import Mode
from drill_tui.tui.desk import Desk
from drill_tui.tui.order import DrillOrder, ResumeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.seat import Seat
from drill_tui.tui.watched import WatchedDrill
from drill_tui.verdict.laps import Laps


def take_seat(
    order: DrillOrder | ResumeOrder, control: DrillControl, places: Places, now: Callable[[], float]
) -> Seat:
    """Raises JournalError for a run that cannot be taken up again."""
    if isinstance(order, ResumeOrder):
        records = read_journal(order.run_dir / JOURNAL_NAME)
        drill = WatchedDrill.past(order.run_dir, records, live=True)
        started = drill.state.started
        runbook = started.runbook_id if started else ""
    else:
        drill = WatchedDrill(artifacts_dir=places.artifacts_dir)
        runbook = places.runbook_id(order.runbook)
    return Seat(
        drill=drill, desk=Desk(now), now=now, control=control, laps=Laps.of(places.shelf().of(runbook))
    )


def mode_of(order: DrillOrder | ResumeOrder, seat: Seat) -> Mode:
    """A drill that goes on keeps the mode that it began in."""
    started = seat.drill.state.started
    if isinstance(order, ResumeOrder):
        return started.mode if started else Mode.GUIDED
    return order.mode
