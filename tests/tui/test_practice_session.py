"""A practice as one thing that a visit can hold: from home and back, a refusal, a signal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence

from textual.pilot import Pilot
from textual.widgets import OptionList

from drill_tui.engine.ports import Sink
from drill_tui.engine.run.control import DrillControl
from drill_tui.faults.practice.session import Ending
from drill_tui.faults.practice.stage import Face, Play
from drill_tui.tui.order import PracticeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.screens.diagnose import DiagnoseScreen
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.practice import PracticeScreen
from drill_tui.tui.screens.practices import PracticesScreen
from drill_tui.tui.screens.revealed import RevealedScreen
from drill_tui.tui.session import Session
from tests.engine.stand_ins import FakeClock
from tests.tui.conftest import wait_for
from tests.tui.practice_situations import say_what_is_broken
from tests.tui.scripted_launch import ScriptedLaunch
from tests.tui.test_session import SteeredApp

People = Callable[[Pilot[None]], Awaitable[None]]


class PracticeLaunch(ScriptedLaunch):
    """Keeps what came of the practice; refuses it, or lets it break off, with these words."""

    def __init__(self, *, refused: str = "", problem: str = "") -> None:
        super().__init__()
        self._refused, self._problem = refused, problem
        self.play: Play | None = None

    async def practise(
        self, order: PracticeOrder, *, face: Face, sinks: Sequence[Sink], control: DrillControl
    ) -> Play:
        if self._refused:
            raise OSError(self._refused)
        if self._problem:
            play = Play(order.drawn, person=order.person, face=face, clock=FakeClock())
            play.problem = self._problem
            control.end()
            return play
        self.play = await super().practise(order, face=face, sinks=sinks, control=control)
        return self.play


def visit(places: Places, launch: PracticeLaunch, people: People) -> tuple[Session, SteeredApp]:
    app = SteeredApp(environment={"COLORTERM": "truecolor"})
    app.people = people
    session = Session(app, places, launch)
    app.first = lambda: HomeScreen(places, session.order, session.order)
    return session, app


async def choose_the_first(pilot: Pilot[None]) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, HomeScreen) and pilot.app.focused is not None)
    await pilot.press("p")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, PracticesScreen))
    await wait_for(pilot, lambda: pilot.app.screen.query_one("#practices", OptionList).highlighted == 0)
    await pilot.press("enter")


async def begun(pilot: Pilot[None]) -> PracticeScreen:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, PracticeScreen))
    screen = pilot.app.screen
    assert isinstance(screen, PracticeScreen)
    await wait_for(pilot, lambda: screen.desk.stage is not None)
    return screen


async def test_from_home_and_back_with_its_record(places: Places) -> None:
    async def people(pilot: Pilot[None]) -> None:
        await choose_the_first(pilot)
        screen = await begun(pilot)
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, DiagnoseScreen))
        practice = screen.desk.practice
        assert practice is not None
        await say_what_is_broken(pilot, practice)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, RevealedScreen))
        foot = pilot.app.screen.query_one("#revealed-foot")
        await wait_for(pilot, lambda: "Nothing is left" in str(foot.render()))
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, PracticesScreen))
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("q")

    launch = PracticeLaunch()
    session, app = visit(places, launch, people)
    await asyncio.wait_for(session.run(), 60)
    assert app.failure is None
    assert launch.play is not None
    assert launch.play.record is not None
    assert launch.play.record.ending is Ending.FOUND
    assert session.report is None, "a practice is no drill"


async def test_one_that_cannot_begin_leads_home_and_says_why(places: Places) -> None:
    async def people(pilot: Pilot[None]) -> None:
        await choose_the_first(pilot)
        await wait_for(pilot, lambda: any("no room" in note.message for note in pilot.app._notifications))
        assert isinstance(pilot.app.screen, HomeScreen)
        titles = [note.title for note in pilot.app._notifications]
        assert not any("drill" in title.casefold() for title in titles), titles
        await pilot.press("q")

    session, app = visit(places, PracticeLaunch(refused="no room"), people)
    await asyncio.wait_for(session.run(), 60)
    assert app.failure is None
    assert session.refused


async def test_one_that_breaks_off_leads_home_and_says_why(places: Places) -> None:
    async def people(pilot: Pilot[None]) -> None:
        await choose_the_first(pilot)
        await wait_for(
            pilot, lambda: any("start_target" in note.message for note in pilot.app._notifications)
        )
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("q")

    session, app = visit(places, PracticeLaunch(problem="start_target: no server"), people)
    await asyncio.wait_for(session.run(), 60)
    assert app.failure is None
    assert session.refused


async def test_a_signal_cuts_it_off_and_ends_the_visit(places: Places) -> None:
    async def people(pilot: Pilot[None]) -> None:
        await choose_the_first(pilot)
        await begun(pilot)
        session.signalled(signal.SIGTERM)
        await wait_for(pilot, lambda: bool(pilot.app._exit))

    launch = PracticeLaunch()
    session, app = visit(places, launch, people)
    await asyncio.wait_for(session.run(), 60)
    assert app.failure is None
    assert launch.play is not None
    assert launch.play.record is not None
    assert launch.play.record.ending is Ending.INTERRUPTED
