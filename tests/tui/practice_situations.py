"""Where people are in a practice when they press a key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from textual.pilot import Pilot
from textual.widgets import OptionList

from drill_tui.engine.run.control import DrillControl
from drill_tui.faults.practice.record import PracticeRecord
from drill_tui.faults.practice.session import Practice
from drill_tui.tui.order import PracticeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.practising import PracticeDesk
from drill_tui.tui.screens.diagnose import DiagnoseScreen
from drill_tui.tui.screens.practice import PracticeScreen
from drill_tui.tui.screens.practices import PracticesScreen
from drill_tui.tui.screens.revealed import RevealedScreen
from tests.tui.conftest import wait_for
from tests.tui.scripted_practice import drawn, scripted_practice
from tests.tui.situations import Here, after_home, home

practices = after_home(PracticesScreen, "p")


@dataclass(kw_only=True)
class Practising(Here):
    """A practice under way on the screen."""

    desk: PracticeDesk
    control: DrillControl

    @property
    def practice(self) -> Practice:
        assert self.desk.practice is not None
        return self.desk.practice

    @property
    def record(self) -> PracticeRecord:
        assert self.desk.record is not None
        return self.desk.record

    def words(self, widget: str) -> str:
        return str(self.screen.query_one(widget).render())

    async def goes_to(self, kind: type) -> None:
        await super().goes_to(kind)
        await wait_for(self.pilot, lambda: self.app.focused is not None)

    async def says(self, widget: str, text: str) -> None:
        await wait_for(self.pilot, lambda: text in self.words(widget))


async def say_what_is_broken(pilot: Pilot[None], practice: Practice) -> None:
    """The right diagnosis, on the screen that asks for one."""
    options = pilot.app.screen.query_one(OptionList)
    options.highlighted = practice.offered.index(practice.scenario.right(practice.drawn.fault))
    await pilot.press("ctrl+s")


@asynccontextmanager
async def practising(places: Places, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Practising]:
    """The situation was told, and nothing was looked at yet."""
    desk, control = PracticeDesk(drawn()), DrillControl()
    async with home(places, size) as at_home:
        playing = asyncio.create_task(scripted_practice(PracticeOrder(desk.drawn, "Ada"), desk, control))
        at_home.app.open_practice(PracticeScreen(desk, control))
        here = Practising(
            at_home.app, at_home.pilot, places, orders=at_home.orders, desk=desk, control=control
        )
        await here.goes_to(PracticeScreen)
        await here.says("#practice-words", desk.drawn.story.scenario.title)
        yield here
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing


@asynccontextmanager
async def diagnosing(places: Places) -> AsyncIterator[Practising]:
    async with practising(places) as here:
        await here.pilot.press("d")
        await here.goes_to(DiagnoseScreen)
        yield here


@asynccontextmanager
async def revealed(places: Places) -> AsyncIterator[Practising]:
    """The fault was found, and everything is cleared away."""
    async with diagnosing(places) as here:
        await say_what_is_broken(here.pilot, here.practice)
        await here.goes_to(RevealedScreen)
        here.desk.cleared_away("", ())
        await here.says("#revealed-foot", "Nothing is left")
        yield here
