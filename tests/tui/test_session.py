"""Screen and drill as siblings: a whole visit, a broken screen, a signal, a drill that does not start."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input
from textual.widgets._footer import FooterKey

from drill_tui.engine.ports import Operator, Sink
from drill_tui.engine.record.events import EndReason
from drill_tui.engine.record.journal import JOURNAL_NAME, Journal
from drill_tui.engine.run.control import DrillControl
from drill_tui.tui.app import DrillApp
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.note_gate import NoteGate
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.order import CleanOrder, DrillOrder, ResumeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.result import ResultScreen
from drill_tui.tui.screens.sign_in import SignInScreen
from drill_tui.tui.session import Session
from drill_tui.tui.widgets.step_list import StepList
from drill_tui.verdict.report import Report
from tests.tui.conftest import wait_for
from tests.tui.scripted_launch import ScriptedLaunch
from tests.tui.storyteller import RUN_ID, Storyteller


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
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, FailureDialog) and bool(pilot.app.focused))
        assert "pg_restore: error" in str(pilot.app.screen.query_one("#failure-tail").render())
        await pilot.press("r")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NoteGate))
        pilot.app.screen.query_one("#field-surprise", Input).value = "globals"
        pilot.app.screen.query_one("#approve").focus()
        await pilot.press("enter")
        complaint = pilot.app.screen.query_one("#dialog-complaint")
        await wait_for(pilot, lambda: "whom nobody signed in as" in str(complaint.render()))
        approve = pilot.app.screen.query_one("#approve")
        await wait_for(pilot, lambda: not approve.has_class("-active"))  # Textual drops a press until then
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ResultScreen))
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, DrillScreen))
        ways = {str(key.description) for key in pilot.app.screen.query(FooterKey)}
        assert {"Result", "Home"} <= ways, "a drill that is over leads on"
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
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
        self,
        order: DrillOrder | ResumeOrder,
        *,
        operator: Operator,
        sinks: Sequence[Sink],
        control: DrillControl,
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
    assert session.refused


def leave_cut_off(places: Places) -> Path:
    """The run that the scripted launch takes up: its process died before the restore."""
    run_dir = places.artifacts_dir / RUN_ID
    run_dir.mkdir()
    journal = Journal(run_dir / JOURNAL_NAME, RUN_ID)
    for record in Storyteller().until_restore().records:
        journal.append(record.event, record.at)
    journal.close()
    return run_dir


async def test_an_interrupted_run_goes_on_on_the_same_screen(places: Places) -> None:
    run_dir = leave_cut_off(places)

    async def people(pilot: Pilot[None]) -> None:
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, SignoffGate))
        (screen,) = [screen for screen in pilot.app.screen_stack if isinstance(screen, DrillScreen)]
        assert any("Nothing drove this drill for" in n.message for n in pilot.app._notifications)
        assert "✓ Prove that it is isolated" in str(screen.query_one(StepList).render())
        assert "down 4:00" in str(screen.query_one("#masthead-clock").render())
        await sign_off(pilot)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NoteGate))
        pilot.app.screen.query_one("#approve").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ResultScreen))
        page = pilot.app.screen.query_one("#result-page")
        await wait_for(pilot, lambda: "4 min without a process" in str(page.render()))
        await pilot.press("q")

    launch = ScriptedLaunch()
    session, app = visit(places, launch, people)
    app.first = lambda: HomeScreen(places, session.order, session.order, first=ResumeOrder(run_dir))
    await asyncio.wait_for(session.run(), 60)
    assert app.failure is None
    assert launch.resumed == run_dir
    assert session.report is not None
    assert session.report.recovered == 1
    assert [step.outcome for step in session.report.steps][:5] == ["passed"] * 5


async def test_a_run_that_is_damaged_leads_home_and_says_why(places: Places) -> None:
    run_dir = leave_cut_off(places)
    lines = (run_dir / JOURNAL_NAME).read_text().splitlines(keepends=True)
    (run_dir / JOURNAL_NAME).write_text("".join([lines[0], *lines[2:]]))

    async def people(pilot: Pilot[None]) -> None:
        await wait_for(pilot, lambda: any("did not run" in n.title for n in pilot.app._notifications))
        assert isinstance(pilot.app.screen, HomeScreen)
        await pilot.press("q")

    session, app = visit(places, ScriptedLaunch(), people)
    app.first = lambda: HomeScreen(places, session.order, session.order, first=ResumeOrder(run_dir))
    await asyncio.wait_for(session.run(), 60)
    assert app.failure is None
    assert session.refused


async def test_cleaning_up_after_a_run_is_carried_out_and_told(places: Places) -> None:
    async def people(pilot: Pilot[None]) -> None:
        session.order(CleanOrder(places.artifacts_dir / RUN_ID))
        await wait_for(pilot, lambda: any("Nothing is left" in n.message for n in pilot.app._notifications))
        await pilot.press("q")

    launch = ScriptedLaunch()
    session, app = visit(places, launch, people)
    await asyncio.wait_for(session.run(), 60)
    assert app.failure is None
    assert launch.cleaned == [places.artifacts_dir / RUN_ID]
