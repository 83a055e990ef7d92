"""Seats of one's own, and the wall; what the driver would send is put into the seat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from textual.pilot import Pilot
from textual.screen import Screen

from drill_tui.engine.record import events as ev
from drill_tui.engine.run.gates import LOGIN
from drill_tui.seats.client import Line
from drill_tui.seats.wire import Message
from drill_tui.tui.dialogs.seat_gates import SeatSignoff
from drill_tui.tui.screens.joined import JoinedScreen
from drill_tui.tui.screens.projector import ProjectorScreen
from drill_tui.tui.screens.seated import SeatedScreen
from drill_tui.tui.seat import Joined, Seat
from drill_tui.verdict.fold import fold
from tests.tui.conftest import seat_of, wait_for
from tests.tui.storyteller import RESTORE_GATE, RUN_ID, Storyteller

LOST = f"Its driver is gone: drill-tui resume {RUN_ID}"
Steer = Callable[[Pilot[None]], Awaitable[object]]
Scene = tuple[Callable[[], Screen[None]], Steer]


def _line() -> Line:
    """On which nothing is said."""
    reader = asyncio.StreamReader()
    return Line(Message("welcome", {}), reader, None)  # type: ignore[arg-type]


def _seat(story: Storyteller, *, observes: bool = False, lost: str = "") -> Seat:
    seat = seat_of(story)
    seat.control = seat.pace = None
    seat.joined = Joined(name="Linus Pauling", login="linus", uid=1004, observes=observes)
    seat.lost = lost
    return seat


async def _drawn(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.pause()


async def _asked(seat: Seat, kind: type, pilot: Pilot[None]) -> None:
    """The drill asks for signatures, and has one already."""
    await _drawn(pilot)
    question = asyncio.ensure_future(seat.desk.ask_gate(RESTORE_GATE))
    ada = ev.Signature(
        name="Ada Lovelace", role="lead", at=seat.now(), via="seat", attested=LOGIN, login="ada", uid=1001
    )
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind))
    seat.desk.signed = (ada,)
    seat.desk.tell()
    await _drawn(pilot)
    assert not question.done()


def _joined(seat: Seat, steer: Steer = _drawn) -> Scene:
    return lambda: JoinedScreen(seat, _line()), steer


def _asked_at_a_seat() -> Scene:
    seat = _seat(Storyteller().until_gate())
    return _joined(seat, partial(_asked, seat, SeatSignoff))


def _on_the_wall(story: Storyteller, *, lost: str = "", steer: Steer = _drawn) -> Scene:
    seat = _seat(story, observes=True, lost=lost)
    return lambda: ProjectorScreen(seat), steer


def _asked_on_the_wall() -> Scene:
    seat = _seat(Storyteller().until_gate().wait(22), observes=True)
    return lambda: ProjectorScreen(seat), partial(_asked, seat, SeatedScreen)


def _over_on_the_wall(story: Storyteller) -> Scene:
    async def steer(pilot: Pilot[None]) -> None:
        await _drawn(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, ProjectorScreen)
        screen.drill_over(fold(story.records))
        await _drawn(pilot)

    return _on_the_wall(story, steer=steer)


SEATS: dict[str, Callable[[], Scene]] = {
    "seat-asked": _asked_at_a_seat,
    "seat-observes": lambda: _joined(_seat(Storyteller().until_restoring(), observes=True)),
    "seat-lost": lambda: _joined(_seat(Storyteller().until_restoring(), lost=LOST)),
    "wall": lambda: _on_the_wall(Storyteller().until_restoring()),
    "wall-asked": _asked_on_the_wall,
    "wall-lost": lambda: _on_the_wall(Storyteller().until_restoring(), lost=LOST),
    "wall-passed": lambda: _over_on_the_wall(Storyteller().whole()),
    "wall-failed": lambda: _over_on_the_wall(Storyteller().failed()),
}
