"""Every kind of gate, answered and refused by key alone; what is recorded is what people did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from drill_tui.engine.ports import Failure, GateAnswer
from drill_tui.engine.record.events import GateField, GateOpened, LogChunk
from drill_tui.engine.run.gates import objection
from drill_tui.tui.dialogs.dialog import Dialog, PersonField, Tick
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.gates import ConfirmGate
from drill_tui.tui.dialogs.note_gate import NoteGate
from drill_tui.tui.dialogs.reason import ReasonDialog
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.dialogs.type_gate import TypeGate
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.widgets.question_bar import QuestionBar
from tests.tui.conftest import drilling, wait_for
from tests.tui.storyteller import DEBRIEF_GATE, RESTORE_GATE, Storyteller

CONFIRM = GateOpened(step="restore", kind="confirm", prompt="Go on?")
TYPE = GateOpened(step="restore", kind="type", prompt="Type the name", text="zakops_restore")
NOTE = GateOpened(
    step="restore",
    kind="note",
    prompt="What surprised you?",
    fields=(
        GateField(id="surprise", label="Surprise", required=True),
        GateField(id="minutes", label="Minutes", type="int"),
        GateField(id="clear", label="Clear?", type="choice", choices=("no", "yes")),
    ),
)


@asynccontextmanager
async def asked(
    gate: GateOpened, size: tuple[int, int] = (120, 36)
) -> AsyncIterator[tuple[Seat, DrillScreen, Pilot[None], asyncio.Task[GateAnswer]]]:
    story = Storyteller().until_restore().begin("restore").tell(gate)
    async with drilling(story, size=size) as (seat, screen, pilot):
        asking = asyncio.create_task(seat.desk.ask_gate(gate))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Dialog) and pilot.app.focused is not None)
        yield seat, screen, pilot, asking
        asking.cancel()


async def focus_on(pilot: Pilot[None], name: str) -> None:
    """Focus is given by a message: a key that comes before it goes to the widget that had it."""
    widget = pilot.app.screen.query_one(f"#{name}")
    widget.focus()
    await wait_for(pilot, lambda: pilot.app.focused is widget)


async def press_button(pilot: Pilot[None], name: str) -> None:
    pilot.app.screen.query_one(f"#{name}", Button).press()
    await pilot.pause()


async def refuse_with_reason(pilot: Pilot[None], reason: str) -> None:
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, ReasonDialog))
    await pilot.press(*reason, "enter")


async def test_confirm_says_no_unless_told_otherwise() -> None:
    async with asked(CONFIRM) as (_, _, pilot, asking):
        assert isinstance(pilot.app.screen, ConfirmGate)
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "refuse"
        await pilot.press("enter")
        await refuse_with_reason(pilot, "no")
        answer = await asking
        assert (answer.answer, answer.reason) == ("rejected", "no")


async def test_confirm_yes_is_signed_as_typed_here() -> None:
    async with asked(CONFIRM) as (_, _, pilot, asking):
        await pilot.press("right", "enter")
        answer = await asking
        assert answer.answer == "approved"
        assert [(s.name, s.attested) for s in answer.by] == [("Grace Hopper", "same-terminal")]


async def test_typed_text_must_match_exactly() -> None:
    async with asked(TYPE) as (_, _, pilot, asking):
        assert isinstance(pilot.app.screen, TypeGate)
        await pilot.press(*"Zakops_restore", "enter")
        assert not asking.done()
        pilot.app.screen.query_one("#typed", Input).value = ""
        await pilot.press(*"zakops_restore", "enter")
        answer = await asking
        assert objection(TYPE, answer) == ""


async def test_text_pasted_over_several_lines_is_kept() -> None:
    async with asked(TYPE) as (_, _, pilot, _):
        field = pilot.app.screen.query_one("#typed", Input)
        field.post_message(Paste(" what went\r\n\nwrong: 漢字 [/x]\n"))
        await wait_for(pilot, lambda: field.value == " what went wrong: 漢字 [/x]")
        field.value = ""
        field.post_message(Paste(" zakops_restore\n"))
        await wait_for(pilot, lambda: field.value == " zakops_restore")


async def test_note_fields_are_checked_before_they_are_sent() -> None:
    async with asked(NOTE) as (_, _, pilot, asking):
        assert isinstance(pilot.app.screen, NoteGate)
        pilot.app.screen.query_one("#field-minutes", Input).value = "many"
        await press_button(pilot, "approve")
        assert not asking.done()
        pilot.app.screen.query_one("#field-surprise", Input).value = "globals"
        pilot.app.screen.query_one("#field-minutes", Input).value = "12"
        await press_button(pilot, "approve")
        answer = await asyncio.wait_for(asking, 60)
        assert dict(answer.values) == {"surprise": "globals", "minutes": "12"}


async def test_a_debrief_begins_at_the_scribe_and_who_stands_in_does_so_knowingly() -> None:
    async with asked(DEBRIEF_GATE) as (seat, _, pilot, asking):
        seat.author = Person("Ada Lovelace", "lead")
        who = pilot.app.screen.query_one(PersonField)
        assert who.person == Person("Linus Pauling", "scribe")
        who.place = 0
        await press_button(pilot, "approve")
        assert not asking.done()
        said = str(pilot.app.screen.query_one("#dialog-complaint", Static).render())
        assert said.startswith(
            "This is for the scribe, Linus Pauling. Press Done again and Ada Lovelace – lead"
        )
        await press_button(pilot, "approve")
        answer = await asyncio.wait_for(asking, 60)
        assert [s.name for s in answer.by] == ["Ada Lovelace"]
        assert answer.reason == "in the place of the scribe"


async def test_a_gate_can_be_put_aside_and_answered_later() -> None:
    async with asked(CONFIRM) as (_, screen, pilot, asking):
        await pilot.press("escape")
        assert pilot.app.screen is screen
        assert screen.query_one(QuestionBar).display
        assert not asking.done()
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ConfirmGate))
        await pilot.press("right", "enter")
        assert (await asking).answer == "approved"
        await wait_for(pilot, lambda: not screen.query_one(QuestionBar).display)


async def test_a_gate_that_expires_takes_its_dialogs_with_it() -> None:
    async with asked(CONFIRM) as (_, screen, pilot, asking):
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ReasonDialog))
        asking.cancel()
        await wait_for(pilot, lambda: pilot.app.screen is screen)


async def test_the_bell_rings_once_for_a_gate() -> None:
    story = Storyteller().until_gate()
    async with drilling(story) as (seat, screen, pilot):
        rung: list[None] = []
        pilot.app.bell = lambda: rung.append(None)  # type: ignore[method-assign]
        asking = asyncio.create_task(seat.desk.ask_gate(RESTORE_GATE))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        await pilot.press("escape", "enter", "escape")
        screen.show_news()
        await pilot.pause()
        assert len(rung) == 1
        asking.cancel()


async def test_while_it_waits_the_bar_says_who_is_needed_and_since_when() -> None:
    story = Storyteller().until_gate()
    async with drilling(story) as (seat, screen, pilot):
        asking = asyncio.create_task(seat.desk.ask_gate(RESTORE_GATE))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, Dialog))
        await pilot.press("escape")
        story.wait(65)
        screen.show_news()
        said = str(screen.query_one(QuestionBar).render())
        assert "needs 2 of lead, operator, second" in said
        assert "since 1:05" in said
        asking.cancel()


async def test_a_dialog_survives_every_size() -> None:
    async with asked(RESTORE_GATE, size=(80, 24)) as (_, _, pilot, asking):
        for size in ((250, 70), (80, 24), (40, 10), (120, 36)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await pilot.press("escape", "g")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, SignoffGate))
        assert not asking.done()


@pytest.mark.parametrize("rows", [12, 16, 24])
async def test_the_buttons_stay_in_sight_on_a_low_terminal(rows: int) -> None:
    lines = tuple(f"line {n} of what the step said before it failed" for n in range(30))
    story = Storyteller().until_failure()
    failure = Failure(
        step="restore", attempt=1, reason="why " * 60, exit_code=1, environment={}, working_dir=Path("/tmp")
    )
    async with drilling(story, size=(80, rows)) as (seat, _, pilot):
        seat.drill.take_log(LogChunk(step="restore", lines=lines))
        asking = asyncio.create_task(seat.desk.ask_failure(failure))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, FailureDialog))
        buttons = pilot.app.screen.query(Button)
        await wait_for(pilot, lambda: all(0 < button.region.bottom <= rows for button in buttons))
        asking.cancel()


async def test_keys_that_arrive_together_act_where_they_were_pressed() -> None:
    async with asked(RESTORE_GATE) as (_, _, pilot, _):
        dialog = pilot.app.screen
        for key in ("space", "tab", "tab", "space", "tab"):
            pilot.app.post_message(Key(key, " " if key == "space" else None))
        await wait_for(pilot, lambda: pilot.app.focused is not None and pilot.app.focused.id == "other")
        await pilot.pause()
        marked = [dialog.query_one(f"#signer-{place}", Tick).value for place in range(3)]
        assert marked == [True, False, True]
