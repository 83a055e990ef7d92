"""Where people are in a practice when they press a key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from textual.widgets import OptionList

from drill_tui.engine.run.control import DrillControl
from drill_tui.tui.order import PracticeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.practising import PracticeDesk
from drill_tui.tui.screens.diagnose import DiagnoseScreen
from drill_tui.tui.screens.practice import PracticeScreen
from drill_tui.tui.screens.practices import PracticesScreen
from drill_tui.tui.screens.revealed import RevealedScreen
from tests.tui.conftest import wait_for
from tests.tui.scripted_practice import drawn, scripted_practice
from tests.tui.situations import Here, after_home, home, words_of

practices = after_home(PracticesScreen, "p")


@asynccontextmanager
async def practising(places: Places) -> AsyncIterator[Here]:
    """The situation was told, and nothing was looked at yet."""
    desk, control = PracticeDesk(drawn()), DrillControl()
    async with home(places) as here:
        playing = asyncio.create_task(scripted_practice(PracticeOrder(desk.drawn, "Ada"), desk, control))
        here.app.open_practice(PracticeScreen(desk, control))
        await here.goes_to(PracticeScreen)
        title = desk.drawn.story.scenario.title
        await wait_for(here.pilot, lambda: title in words_of(here, "#practice-words"))
        yield here
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing


@asynccontextmanager
async def diagnosing(places: Places) -> AsyncIterator[Here]:
    async with practising(places) as here:
        await here.pilot.press("d")
        await here.goes_to(DiagnoseScreen)
        yield here


@asynccontextmanager
async def revealed(places: Places) -> AsyncIterator[Here]:
    """The fault was found, and everything is cleared away."""
    async with diagnosing(places) as here:
        practice = here.app.practice
        assert practice is not None
        assert practice.desk.practice is not None
        options = here.screen.query_one(OptionList)
        right = practice.desk.practice.scenario.right(practice.desk.drawn.fault)
        options.highlighted = practice.desk.practice.offered.index(right)
        await here.pilot.press("ctrl+s")
        await here.goes_to(RevealedScreen)
        practice.desk.cleared_away("", ())
        await wait_for(here.pilot, lambda: "Nothing is left" in words_of(here, "#revealed-foot"))
        yield here
