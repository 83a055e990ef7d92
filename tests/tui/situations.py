"""Where people are when they press a key: each screen in a state in which its keys have something to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode
from drill_tui.tui.app import DrillApp
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.order import Order
from drill_tui.tui.places import Places
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.screens.history import HistoryScreen
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.incidents import IncidentsScreen
from drill_tui.tui.screens.result import ResultScreen
from drill_tui.tui.screens.sign_in import SignInScreen
from drill_tui.tui.seat import Seat
from drill_tui.tui.widgets.log_pane import LogPane
from drill_tui.verdict.fold import fold
from tests.tui.conftest import on_screen, seat_of, wait_for
from tests.tui.joined_seat import joining
from tests.tui.past_drills import leave_drill, leave_incident
from tests.tui.storyteller import BEGAN_AT, RESTORE_GATE, Storyteller


@dataclass
class Here:
    """What a test may look at."""

    app: DrillApp
    pilot: Pilot[None]
    places: Places
    seat: Seat | None = None
    orders: list[Order] = field(default_factory=list)

    @property
    def screen(self) -> Screen[Any]:
        return self.app.screen

    @property
    def logs(self) -> LogPane:
        return self.drill.query_one(LogPane)

    @property
    def drill(self) -> DrillScreen:
        (screen,) = [screen for screen in self.app.screen_stack if isinstance(screen, DrillScreen)]
        return screen

    def shows(self, kind: type) -> bool:
        return isinstance(self.screen, kind)

    def recorded(self, kind: type[ev.Event]) -> bool:
        return self.seat is not None and any(isinstance(r.event, kind) for r in self.seat.drill.records)

    async def goes_to(self, kind: type) -> None:
        await wait_for(self.pilot, lambda: isinstance(self.screen, kind) and self.screen.is_mounted)
        await self.pilot.pause()


def words_of(here: Here, widget: str) -> str:
    return str(here.screen.query_one(widget, Static).render())


Situation = Callable[[Places], AbstractAsyncContextManager[Here]]


@asynccontextmanager
async def home(places: Places, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Here]:
    orders: list[Order] = []
    screen = HomeScreen(places, orders.append, orders.append, now=lambda: BEGAN_AT)
    async with on_screen(lambda: screen, size=size) as (app, pilot):
        await wait_for(pilot, lambda: screen.query_one(OptionList).highlighted is not None)
        yield Here(app, pilot, places, orders=orders)


def after_home(
    kind: type, *keys: str, prepare: Callable[[Places], object] = lambda places: None
) -> Situation:
    """The screen that these keys open from home."""

    @asynccontextmanager
    async def there(places: Places) -> AsyncIterator[Here]:
        prepare(places)
        async with home(places) as here:
            await here.pilot.press(*keys)
            await here.goes_to(kind)
            yield here

    return there


@asynccontextmanager
async def signed_in(places: Places) -> AsyncIterator[Here]:
    """Every role has a name; the focus is in a field that is being typed in."""
    async with after_home(SignInScreen, "enter")(places) as here:
        await wait_for(here.pilot, lambda: here.app.focused is not None)
        for box in here.screen.query(Input):
            if (box.id or "").startswith("role-"):
                box.value = f"Somebody {box.id}"
        yield here


def drilling(
    tell: Callable[[Storyteller], Storyteller] = Storyteller.until_restoring,
    *,
    mode: Mode = Mode.GUIDED,
    live: bool = True,
    then: Callable[[Here], Awaitable[object]] | None = None,
) -> Situation:
    """The drill screen."""

    @asynccontextmanager
    async def there(places: Places) -> AsyncIterator[Here]:
        story = tell(Storyteller(mode))
        seat = seat_of(story, live=live)
        screen = DrillScreen(seat)
        async with on_screen(lambda: screen, seat=seat) as (app, pilot):
            here = Here(app, pilot, places, seat)
            await wait_for(pilot, lambda: app.focused is not None)
            if story.records and isinstance(story.records[-1].event, ev.DrillEnded):
                here.app.report = fold(story.records)
            if then is not None:
                await then(here)
            yield here

    return there


@asynccontextmanager
async def joined(places: Places) -> AsyncIterator[Here]:
    """At a seat of one's own."""

    async with joining(Storyteller().until_restoring(), places.artifacts_dir) as there:
        yield Here(there.app, there.pilot, places, there.session.seat)


@asynccontextmanager
async def on_the_wall(places: Places) -> AsyncIterator[Here]:
    """The projector, while people are asked."""
    folder = places.artifacts_dir
    async with joining(Storyteller().until_gate(), folder, name="", on_the_wall=True) as there:
        asking = asyncio.create_task(there.driver.desk.ask_gate(RESTORE_GATE))
        await there.until(lambda: "Needed now" in str(there.wall.query_one("#wall-call", Static).render()))
        yield Here(there.app, there.pilot, places, there.session.seat)
        asking.cancel()


@asynccontextmanager
async def past_drill(places: Places) -> AsyncIterator[Here]:
    """A drill that is over, opened from home."""
    async with home(places) as here:
        here.seat = seat_of(Storyteller().failed(), live=False)
        here.app.open_drill(here.seat, DrillScreen(here.seat))
        await here.goes_to(DrillScreen)
        yield here


def pressing(*keys: str) -> Callable[[Here], Awaitable[object]]:
    return lambda here: here.pilot.press(*keys)


@asynccontextmanager
async def gate_put_aside(places: Places) -> AsyncIterator[Here]:
    async with drilling(Storyteller.until_gate)(places) as here:
        assert here.seat is not None
        asking = asyncio.create_task(here.seat.desk.ask_gate(RESTORE_GATE))
        await here.goes_to(SignoffGate)
        await here.pilot.press("escape")
        await here.goes_to(DrillScreen)
        yield here
        asking.cancel()


@asynccontextmanager
async def result(places: Places) -> AsyncIterator[Here]:
    """The result of a drill that left its written report."""
    leave_drill(places, Storyteller().whole(), "restore-drill_9999")
    async with home(places) as here:
        story = Storyteller().whole()
        here.seat = seat_of(story, live=False)
        here.seat.drill.run_dir = places.artifacts_dir / "restore-drill_9999"
        here.app.show_report(fold(story.records), here.seat)
        await here.goes_to(ResultScreen)
        yield here


async def _leave_log(here: Here) -> None:
    assert here.seat is not None
    here.seat.drill.run_dir = here.places.artifacts_dir
    path = here.logs.path()
    assert path is not None
    path.parent.mkdir(parents=True)
    path.write_text("all of it\n", encoding="utf-8")


log_on_disk = drilling(then=_leave_log)
history = after_home(
    HistoryScreen,
    "h",
    prepare=lambda places: leave_drill(places, Storyteller().failed(), "restore-drill_9999"),
)
incidents = after_home(IncidentsScreen, "i", prepare=lambda places: leave_incident(places, 1, followed=True))
sign_in = after_home(SignInScreen, "enter")
open_incidents = after_home(IncidentsScreen, "i")
