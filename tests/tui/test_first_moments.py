"""A dialog that opens by itself does not take what people were typing for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, Input

from drill_tui.engine.ports import Failure
from drill_tui.engine.record.events import GateOpened
from drill_tui.tui.dialogs import first_moments
from drill_tui.tui.dialogs.dialog import Dialog
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.gates import ConfirmGate
from drill_tui.tui.dialogs.reason import ReasonDialog, WriteDialog
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.dialogs.stop import StopDialog
from drill_tui.tui.screens import drill_asks
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.seat import Seat
from tests.tui.conftest import drilling, wait_for
from tests.tui.storyteller import RESTORE_GATE, Storyteller

FAILURE = Failure(
    step="restore", attempt=1, reason="exit 1", exit_code=1, environment={}, working_dir=Path("/tmp")
)
CONFIRM = GateOpened(step="restore", kind="confirm", prompt="Go on?")


@pytest.fixture(autouse=True)
def as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_moments, "AT_LEAST_S", 1.0)

    async def no_shell(*_: object, **__: object) -> int:
        raise AssertionError("a shell was opened")

    monkeypatch.setattr(drill_asks, "run_outside", no_shell)


@asynccontextmanager
async def asked(
    ask: Callable[[Seat], Awaitable[object]], kind: type
) -> AsyncIterator[tuple[Storyteller, Pilot[None], asyncio.Future[object]]]:
    story = Storyteller().until_failure()
    async with drilling(story) as (seat, _, pilot):
        asking = asyncio.ensure_future(ask(seat))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, kind) and pilot.app.focused is not None)
        yield story, pilot, asking
        asking.cancel()


def hint(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#dialog").border_subtitle)


async def click_as_a_driver_does(pilot: Pilot[None], button: str) -> None:
    """`Pilot.click` goes past the app."""
    corner = pilot.app.screen.query_one(f"#{button}").region.offset
    x, y = corner.x + 1, corner.y
    for kind in (events.MouseDown, events.MouseUp):
        pilot.app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
    await pilot.pause()


async def listens(pilot: Pilot[None]) -> None:
    await wait_for(pilot, lambda: "puts it aside" in hint(pilot))


async def test_what_was_typed_when_a_step_failed_answers_nothing() -> None:
    async with asked(lambda seat: seat.desk.ask_failure(FAILURE), FailureDialog) as (story, pilot, asking):
        dialog, focused = pilot.app.screen, pilot.app.focused
        assert "opened by itself" in hint(pilot)
        await pilot.press("r", "s", "b", "c", "enter", "space", "tab", "right", "escape")
        await click_as_a_driver_does(pilot, "retry")
        assert (pilot.app.screen, pilot.app.focused, asking.done()) == (dialog, focused, False)
        story.wait(2)
        await listens(pilot)
        await click_as_a_driver_does(pilot, "retry")
        assert (await asking).choice == "retry"  # type: ignore[attr-defined]


async def test_enter_a_moment_before_does_not_answer_a_gate() -> None:
    async with asked(lambda seat: seat.desk.ask_gate(CONFIRM), ConfirmGate) as (story, pilot, asking):
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, ConfirmGate)
        story.wait(2)
        await listens(pilot)
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ReasonDialog))
        assert not asking.done()


async def test_a_blank_a_moment_before_signs_for_nobody() -> None:
    async with asked(lambda seat: seat.desk.ask_gate(RESTORE_GATE), SignoffGate) as (story, pilot, _):
        await pilot.press("space")
        story.wait(2)
        await listens(pilot)
        assert str(pilot.app.screen.query_one("#approve", Button).label) == "Sign off"


async def test_who_goes_on_typing_is_not_heard_until_they_look_up() -> None:
    async with asked(lambda seat: seat.desk.ask_failure(FAILURE), FailureDialog) as (story, pilot, asking):
        for _ in range(8):
            story.wait(0.3)
            await pilot.press("r")
        assert not asking.done()
        story.wait(0.6)
        await pilot.press("r")
        assert (await asking).choice == "retry"  # type: ignore[attr-defined]


async def test_ctrl_c_counts_at_once() -> None:
    async with asked(lambda seat: seat.desk.ask_failure(FAILURE), FailureDialog) as (_, pilot, asking):
        await pilot.press("ctrl+c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, StopDialog))
        assert not asking.done()


async def test_what_people_open_themselves_listens_at_once() -> None:
    async with asked(lambda seat: seat.desk.ask_gate(CONFIRM), ConfirmGate) as (story, pilot, asking):
        story.wait(2)
        await listens(pilot)
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, DrillScreen))
        await pilot.press("g")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmGate))
        await pilot.press("right", "enter")
        assert (await asking).answer == "approved"  # type: ignore[attr-defined]


async def test_a_question_waits_until_a_note_is_written() -> None:
    story = Storyteller().until_restoring()
    async with drilling(story) as (seat, _, pilot):
        rung: list[None] = []
        pilot.app.bell = lambda: rung.append(None)  # type: ignore[method-assign]
        await pilot.press("n")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, WriteDialog))
        await pilot.press(*"slow")
        asking = asyncio.create_task(seat.desk.ask_failure(FAILURE))
        await wait_for(pilot, lambda: bool(rung))
        await pilot.press(*" rsb")
        assert pilot.app.screen.query_one("#words", Input).value == "slow rsb"
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, FailureDialog))
        await pilot.press("enter")
        assert (asking.done(), len(rung)) == (False, 1)
        asking.cancel()


async def test_only_the_dialog_of_a_withdrawn_question_goes() -> None:
    """What lies above it is another question, with words half written."""
    async with asked(lambda seat: seat.desk.ask_gate(CONFIRM), ConfirmGate) as (_, pilot, asking):
        gate = pilot.app.screen
        await pilot.press("ctrl+c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, StopDialog))
        stop = pilot.app.screen
        stop.query_one("#reason", Input).value = "enough"
        asking.cancel()
        await wait_for(pilot, lambda: not gate.query_one("#dialog").display)
        assert (pilot.app.screen, stop.query_one("#reason", Input).value) == (stop, "enough")
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, DrillScreen))
        assert not [screen for screen in pilot.app.screen_stack if isinstance(screen, Dialog)]


async def test_the_next_question_opens_when_what_lay_above_is_gone() -> None:
    async with asked(lambda seat: seat.desk.ask_gate(CONFIRM), ConfirmGate) as (_, pilot, asking):
        (drill,) = [screen for screen in pilot.app.screen_stack if isinstance(screen, DrillScreen)]
        await pilot.press("ctrl+c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, StopDialog))
        asking.cancel()
        await pilot.pause()
        following = asyncio.create_task(drill.seat.desk.ask_failure(FAILURE))
        await pilot.pause()
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, FailureDialog))
        assert drill.seat.desk.question is not None
        following.cancel()
        await wait_for(pilot, lambda: pilot.app.screen is drill)


async def test_a_dialog_takes_what_it_has_opened_with_it() -> None:
    """The reason for a refusal is nobody's any more; the stop question above both stays."""
    async with asked(lambda seat: seat.desk.ask_gate(CONFIRM), ConfirmGate) as (story, pilot, asking):
        story.wait(2)
        await listens(pilot)
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ReasonDialog))
        await pilot.press("ctrl+c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, StopDialog))
        asking.cancel()
        await pilot.pause()
        assert isinstance(pilot.app.screen, StopDialog)
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, DrillScreen))
