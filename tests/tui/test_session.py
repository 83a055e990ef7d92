"""Screen and drill as siblings: a whole visit, a broken screen, a signal, a drill that does not start."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from drill_tui.engine.control import DrillControl
from drill_tui.engine.events import EndReason
from drill_tui.engine.ports import Operator, Sink
from drill_tui.tui.app import DrillApp
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.gates import NoteGate, SignoffGate
from drill_tui.tui.order import DrillOrder
from drill_tui.tui.places import Places
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.result import ResultScreen
from drill_tui.tui.screens.sign_in import SignInScreen
from drill_tui.tui.session import Session
from drill_tui.verdict.report import Report
from tests.tui.conftest import wait_for
from tests.tui.scripted_launch import ScriptedLaunch


class SteeredApp(DrillApp):
    """The app on a screen in memory, steered by a script that stands for the people."""

    people: Callable[[Pilot[None]], Awaitable[None]]

    async def run_async(self, **_: object) -> None:
        await super().run_async(headless=True, size=(120, 36), auto_pilot=self.people)  # type: ignore[arg-type]


def visit(
    places: Places, launch: ScriptedLaunch, people: Callable[[Pilot[None]], Awaitable[None]]
) -> tuple[Session, SteeredApp]:
    app = SteeredApp(environment={"COLORTERM": "truecolor"})
    app.people = people
    session = Session(app, places, launch)
    app.first = lambda: HomeScreen(places, session.order)
    return session, app


async def sign_in(pilot: Pilot[None]) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
    await wait_for(pilot, lambda: pilot.app.screen.highlighted is not None)  # type: ignore[attr-defined]
    await pilot.press("enter")
    await wait_for(
        pilot, lambda: isinstance(pilot.app.screen, SignInScreen) and pilot.app.focused is not None
    )
    for role, name in (("lead", "Ada"), ("operator", "Grace"), ("second", "Linus")):
        pilot.app.screen.query_one(f"#role-{role}", Input).value = name
    await pilot.press("ctrl+s")


async def sign_off(pilot: Pilot[None]) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, SignoffGate) and pilot.app.focused is not None)
    await pilot.press("space", "tab", "space")
    pilot.app.screen.query_one("#approve").focus()
    await pilot.press("enter")


async def test_a_whole_visit(places: Places) -> None:
    async def people(pilot: Pilot[None]) -> None:
        await sign_in(pilot)
        await sign_off(pilot)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, FailureDialog))
        await pilot.press("r")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NoteGate))
        pilot.app.screen.query_one("#field-surprise", Input).value = "globals"
        pilot.app.screen.query_one("#approve").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ResultScreen))
        await pilot.press("q")

    launch = ScriptedLaunch(fail=True)
    session, app = visit(places, launch, people)
    await asyncio.wait_for(session.run(), 60)
    assert app.failure is None
    assert launch.order is not None
    assert [p.name for p in launch.order.participants] == ["Ada", "Grace", "Linus"]
    assert session.report is not None
    restore = next(step for step in session.report.steps if step.id == "restore")
    assert [a.outcome for a in restore.attempts] == ["failed", "passed"]
    signed = next(gate for gate in session.report.gates if gate.step == "restore")
    assert {s.name for s in signed.by} == {"Ada", "Grace"}


async def test_a_broken_screen_ends_the_drill_with_its_cleanup(places: Places) -> None:
    async def people(pilot: Pilot[None]) -> None:
        await sign_in(pilot)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, SignoffGate))

        def boom() -> None:
            raise RuntimeError("the widget broke")

        pilot.app.call_later(boom)

    launch = ScriptedLaunch()
    session, app = visit(places, launch, people)
    await asyncio.wait_for(session.run(), 60)
    assert str(app.failure) == "the widget broke"
    assert launch.ended.is_set()
    assert session.report is not None
    assert session.report.end_reason is EndReason.ABORTED
    assert session.report.cleanup == "clean"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_drill_then_the_screen(places: Places, number: signal.Signals) -> None:
    session: Session

    async def people(pilot: Pilot[None]) -> None:
        await sign_in(pilot)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, SignoffGate))
        session.signalled(number)

    launch = ScriptedLaunch()
    session, _ = visit(places, launch, people)
    await asyncio.wait_for(session.run(), 60)
    assert session.report is not None
    assert session.report.verdict == "aborted"
    assert session.report.cleanup == "clean"


class Refusing(ScriptedLaunch):
    async def __call__(
        self, order: DrillOrder, *, operator: Operator, sinks: Sequence[Sink], control: DrillControl
    ) -> Report:
        raise ValueError("no such parameter: [/x]")


async def test_a_drill_that_does_not_start_leads_home_and_says_why(places: Places) -> None:
    async def people(pilot: Pilot[None]) -> None:
        await sign_in(pilot)
        await wait_for(pilot, lambda: any("[/x]" in n.message for n in pilot.app._notifications))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
        await pilot.press("q")

    session, app = visit(places, Refusing(), people)
    await asyncio.wait_for(session.run(), 60)
    assert app.failure is None
    assert session.report is None
