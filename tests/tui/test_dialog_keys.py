"""Every dialog: Escape puts it aside without an answer, the arrows move between its fields and buttons."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from textual.binding import Binding

from drill_tui.engine.record.events import GateField, GateOpened
from drill_tui.runbook.mode import Mode
from drill_tui.tui.dialogs.cut_off import CutOffDialog
from drill_tui.tui.dialogs.dialog import Dialog
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.dialogs.gates import ConfirmGate
from drill_tui.tui.dialogs.hand_over import HandOverDialog
from drill_tui.tui.dialogs.hint import HintDialog, NothingDialog
from drill_tui.tui.dialogs.note_gate import NoteGate
from drill_tui.tui.dialogs.params import ParamsDialog
from drill_tui.tui.dialogs.reason import ReasonDialog, WriteDialog
from drill_tui.tui.dialogs.seat_gates import SeatGate, SeatSignoff, SeatTypeGate
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.dialogs.stop import LeaveDialog, StopDialog, YesNoDialog
from drill_tui.tui.dialogs.type_gate import TypeGate
from drill_tui.tui.places import Places
from drill_tui.tui.seat import Seat
from tests.tui import situations as at
from tests.tui.conftest import wait_for
from tests.tui.past_drills import leave_journal
from tests.tui.situations import Here, Situation
from tests.tui.staged_program import CONFIRM, FAILURE, TYPE
from tests.tui.storyteller import RESTORE_GATE, Storyteller

NOTE = GateOpened(
    step="restore", kind="note", prompt="What?", fields=(GateField(id="what", label="What surprised us"),)
)


def asked(ask: Callable[[Seat], Awaitable[object]], kind: type) -> Situation:
    """The dialog of a question of the drill."""

    @asynccontextmanager
    async def there(places: Places) -> AsyncIterator[Here]:
        async with at.drilling(Storyteller.until_failure)(places) as here:
            assert here.seat is not None
            asking = asyncio.ensure_future(ask(here.seat))
            await here.goes_to(kind)
            yield here
            assert not asking.done(), "the drill got an answer"
            asking.cancel()

    return there


@asynccontextmanager
async def interrupted(places: Places) -> AsyncIterator[Here]:
    """A run without an end, chosen on the home screen."""
    leave_journal(places, Storyteller().until_restoring(), "restore-drill_cut-off")
    async with at.home(places) as here:
        await here.pilot.press("enter")
        await here.goes_to(CutOffDialog)
        yield here


def pressed(keys: str, kind: type, *, cleaning: bool = False, mode: Mode = Mode.GUIDED) -> Situation:
    """The dialog that these keys open."""

    @asynccontextmanager
    async def there(places: Places) -> AsyncIterator[Here]:
        async with at.drilling(mode=mode)(places) as here:
            assert here.seat is not None
            assert here.seat.control is not None
            if cleaning:
                here.seat.control.enter_cleanup()
            await here.pilot.press(*keys)
            await here.goes_to(kind)
            yield here
            control = here.seat.control
            assert (control.pausing, control.abort_request, control.gave_up) == (False, None, False)

    return there


@asynccontextmanager
async def values_asked(places: Places) -> AsyncIterator[Here]:
    """Other values for the step that failed."""
    async with asked(lambda seat: seat.desk.ask_failure(FAILURE), FailureDialog)(places) as here:
        await here.pilot.press("v")
        await here.goes_to(ParamsDialog)
        yield here


def at_a_seat(kind: type[GateDialog], gate: GateOpened) -> Situation:
    """What several people answer, each at a seat of their own."""

    @asynccontextmanager
    async def there(places: Places) -> AsyncIterator[Here]:
        async with at.drilling(Storyteller.until_failure)(places) as here:
            assert here.seat is not None
            here.app.push_screen(kind(gate, here.seat))
            await here.goes_to(kind)
            yield here

    return there


AT_SEATS: dict[type, Situation] = {
    SeatSignoff: at_a_seat(SeatSignoff, RESTORE_GATE),
    SeatTypeGate: at_a_seat(SeatTypeGate, replace(TYPE, min=2)),
}
DIALOGS: dict[type, Situation] = {
    **AT_SEATS,
    ConfirmGate: asked(lambda seat: seat.desk.ask_gate(CONFIRM), ConfirmGate),
    TypeGate: asked(lambda seat: seat.desk.ask_gate(TYPE), TypeGate),
    SignoffGate: asked(lambda seat: seat.desk.ask_gate(RESTORE_GATE), SignoffGate),
    NoteGate: asked(lambda seat: seat.desk.ask_gate(NOTE), NoteGate),
    FailureDialog: asked(lambda seat: seat.desk.ask_failure(FAILURE), FailureDialog),
    ParamsDialog: values_asked,
    YesNoDialog: asked(lambda seat: seat.desk.ask_rerun("restore"), YesNoDialog),
    ReasonDialog: pressed("p", ReasonDialog),
    WriteDialog: pressed("n", WriteDialog),
    HandOverDialog: pressed("x", HandOverDialog),
    CutOffDialog: interrupted,
    HintDialog: pressed("t", HintDialog, mode=Mode.TRAINING),
    NothingDialog: pressed("kt", NothingDialog, mode=Mode.TRAINING),
    StopDialog: pressed("q", StopDialog),
    LeaveDialog: pressed("q", LeaveDialog, cleaning=True),
}
ONE_PLACE = frozenset({NothingDialog})
"""Dialogs in which the focus has nowhere else to go."""
TRIED_ELSEWHERE = {
    "failure.retry": "test_drill_screen",
    "failure.values": "test_other_values",
    "failure.shell": "test_drill_screen",
    "failure.continue": "test_drill_screen",
    "failure.abort": "test_drill_screen",
    "cut_off.resume": "test_home",
    "cut_off.clean": "test_home",
    "gate.command": "test_step_command",
    "dialog.down": "test_small_terminals",
    "dialog.up": "test_small_terminals",
    "help": "test_what_is_seen",
    "palette": "test_what_is_seen",
    "theme": "test_what_is_seen",
}
"""Where each of these keys is pressed, with what it answers."""


def every_dialog(kind: type[Dialog[Any]] = Dialog) -> Iterator[type[Dialog[Any]]]:
    for narrower in kind.__subclasses__():
        if narrower.__module__.startswith("drill_tui."):
            yield narrower
            yield from every_dialog(narrower)


def test_no_dialog_is_left_out() -> None:
    assert set(DIALOGS) == set(every_dialog()) - {GateDialog, SeatGate}


def test_no_key_of_a_dialog_is_left_out() -> None:
    kinds: list[type[Dialog[Any]]] = [Dialog, *every_dialog()]
    named = {
        binding.id
        for kind in kinds
        for binding in kind.BINDINGS
        if isinstance(binding, Binding) and binding.id
    }
    assert named == {"dialog.aside", *TRIED_ELSEWHERE}


@pytest.mark.parametrize("kind", DIALOGS, ids=lambda kind: kind.__name__)
async def test_escape_puts_it_aside_without_an_answer(places: Places, kind: type) -> None:
    async with DIALOGS[kind](places) as here:
        below = here.app.screen_stack[-2]
        await here.pilot.press("escape")
        await here.goes_to(type(below))


@pytest.mark.parametrize("kind", [k for k in DIALOGS if k not in ONE_PLACE], ids=lambda kind: kind.__name__)
async def test_arrows_move_the_focus(places: Places, kind: type) -> None:
    async with DIALOGS[kind](places) as here:
        await wait_for(here.pilot, lambda: here.app.focused is not None)
        began = here.app.focused
        await here.pilot.press("down")
        await wait_for(here.pilot, lambda: here.app.focused not in (None, began))
        await here.pilot.press("up")
        await wait_for(here.pilot, lambda: here.app.focused is began)
        below = here.app.screen_stack[-2]
        await here.pilot.press("escape")
        await here.goes_to(type(below))
