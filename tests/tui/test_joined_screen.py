"""The screen of a seat of one's own, at the size of a small terminal."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.people import HAND
from drill_tui.engine.run.gates import objection
from drill_tui.seats.wire import pack, unpack
from drill_tui.tui.dialogs.gates import ConfirmGate
from drill_tui.tui.dialogs.note_gate import NoteGate
from drill_tui.tui.dialogs.reason import ReasonDialog, WriteDialog
from drill_tui.tui.dialogs.seat_gates import SeatSignoff, SeatTypeGate
from drill_tui.tui.far_desk import FarDesk
from drill_tui.tui.marks import marks_of, typed_of
from drill_tui.tui.screens.joined import JoinedScreen
from drill_tui.tui.seat import Person
from drill_tui.tui.widgets.log_pane import LogPane
from tests.tui.joined_seat import Joining, joining
from tests.tui.staged_program import FAILURE
from tests.tui.storyteller import RESTORE_GATE, Storyteller

CONFIRM = ev.GateOpened(step="restore", kind="confirm", prompt="Go on?", roles=("operator",))
TYPE = ev.GateOpened(step="restore", kind="type", prompt="Type the name", text="zakops")
NOTE = ev.GateOpened(
    step="restore",
    kind="note",
    prompt="What?",
    fields=(ev.GateField(id="what", label="What", required=True),),
)


def restoring() -> Storyteller:
    return Storyteller().until_restoring()


async def asked(here: Joining, gate: ev.GateOpened, kind: type) -> asyncio.Future[GateAnswer]:
    """The drill asks, and the seat shows the question."""
    answer = asyncio.ensure_future(here.driver.desk.ask_gate(gate))
    await here.until(lambda: isinstance(here.app.screen, kind) and here.app.focused is not None)
    return answer


async def test_it_shows_the_drill_and_what_a_seat_can_do(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path) as here:
        assert here.session.seat.drill.state.current == "restore"
        assert here.screen.looked_at == "restore"
        assert abs(here.screen.now - here.story.now) < 60
        await here.until(lambda: {"Note", "Hand"} <= here.footer())
        assert not here.footer() & {"Pause", "Shell", "Abort", "Answer"}
        await here.pilot.press("k")
        assert here.screen.looked_at == "prove_isolation"
        here.guests.server.on_log(ev.LogChunk(step="restore", lines=("pg_restore: a line",)))
        await here.pilot.press("f")
        view = here.screen.query_one(LogPane)
        await here.until(lambda: "pg_restore: a line" in view.view.text_in_sight())
        assert here.said[0].startswith("Grace Hopper (")


async def test_the_server_log_comes_over_the_socket_where_its_file_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, log = restoring(), tmp_path / "server.log"
    log.write_text("LOG:  starting\nERROR:  of the database\n")
    story.tell(ev.OutputsRecorded(step="start_target", attempt=1, outputs={"server_log": str(log)}))
    monkeypatch.setattr(os, "access", lambda path, mode, **_: path != log)
    async with joining(story, tmp_path) as here:
        await here.pilot.press("2")
        view = here.screen.query_one(LogPane).view
        await here.until(lambda: "ERROR:  of the database" in view.text_in_sight())
        with log.open("a") as file:
            file.write("LOG:  more\n")
        await here.until(lambda: "LOG:  more" in view.text_in_sight())


async def test_a_confirm_gate_is_answered_by_its_role(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path) as here:
        answer = await asked(here, CONFIRM, ConfirmGate)
        here.app.screen.query_one("#approve").focus()
        await here.pilot.press("enter")
        (by,) = (await asyncio.wait_for(answer, 60)).by
        assert (by.name, by.role, by.via, by.attested) == ("Grace Hopper", "operator", "seat", "login")
        await here.until(lambda: isinstance(here.app.screen, JoinedScreen))


async def test_who_is_not_asked_stands_in_knowingly(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path, name="Ada Lovelace") as here:
        answer = await asked(here, CONFIRM, ConfirmGate)
        here.app.screen.query_one("#approve").focus()
        await here.pilot.press("enter")
        complaint = here.app.screen.query_one("#dialog-complaint", Static)
        await here.until(lambda: "Grace Hopper" in str(complaint.render()))
        await here.until(lambda: not here.app.screen.query_one("#approve").has_class("-active"))
        await here.pilot.press("enter")
        given = await asyncio.wait_for(answer, 60)
        assert given.reason == "in the place of the operator"


async def test_type_and_note_gates_are_answered(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path) as here:
        answer = await asked(here, TYPE, SeatTypeGate)
        here.app.screen.query_one("#typed", Input).value = "zakops"
        await here.pilot.press("enter")
        assert (await asyncio.wait_for(answer, 60)).values == {"text": "zakops"}
        answer = await asked(here, NOTE, NoteGate)
        here.app.screen.query_one("#field-what", Input).value = "it took long"
        here.app.screen.query_one("#approve").focus()
        await here.pilot.press("enter")
        assert (await asyncio.wait_for(answer, 60)).values == {"what": "it took long"}


async def test_two_people_type_one_of_them_in_a_seat(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path, name="Linus Pauling") as here:
        answer = await asked(here, replace(TYPE, min=2), SeatTypeGate)
        here.app.screen.query_one("#typed", Input).value = "zakops"
        await here.pilot.press("enter")
        await here.until(lambda: "1 typed" in here.bar)
        assert not answer.done()
        await here.pilot.press("enter")
        await here.until(lambda: isinstance(here.app.screen, SeatTypeGate))
        shown = here.app.screen.query_one("#signoff-signed", Static)
        await here.until(lambda: "✓ Linus Pauling" in str(shown.render()))
        here.app.screen.query_one("#typed", Input).value = "zakops"
        await here.pilot.press("enter")
        await here.until(lambda: "has typed it already" in here.notices)
        typed = typed_of(here.driver, TYPE)
        typed.by.append(here.driver.signature(Person("Ada Lovelace", "lead")))
        question = here.driver.desk.question
        assert question is not None
        here.driver.desk.answer(question, typed.answer(TYPE))
        given = await asyncio.wait_for(answer, 60)
        assert objection(replace(TYPE, min=2), given) == ""
        assert [s.attested for s in given.by] == ["login", "same-terminal"]


async def test_a_refusal_takes_its_reason_along(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path) as here:
        answer = await asked(here, CONFIRM, ConfirmGate)
        await here.pilot.press("enter")
        await here.until(lambda: isinstance(here.app.screen, ReasonDialog))
        here.app.screen.query_one("#reason", Input).value = "wrong host"
        await here.pilot.press("enter")
        given = await asyncio.wait_for(answer, 60)
        assert (given.answer, given.reason, given.by[0].name) == ("rejected", "wrong host", "Grace Hopper")


async def test_what_is_answered_elsewhere_goes_and_says_by_whom(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path) as here:
        await asked(here, CONFIRM, ConfirmGate)
        question = here.driver.desk.question
        assert question is not None
        here.driver.desk.answer(question, GateAnswer(answer="approved"), "Ada Lovelace")
        await here.until(lambda: isinstance(here.app.screen, JoinedScreen))
        await here.until(lambda: "Answered by Ada Lovelace" in here.notices)


async def test_who_answered_is_told_when_the_next_question_comes_with_it(tmp_path: Path) -> None:
    """As to a seat that was slow to draw: both lie in its socket."""
    async with joining(restoring(), tmp_path) as here:
        await asked(here, CONFIRM, ConfirmGate)
        desk = here.session.seat.desk
        assert isinstance(desk, FarDesk)
        desk.take(unpack(pack("question", number=2, about="", by="Ada Lovelace")))
        desk.take(unpack(pack("question", number=3, about="rerun", by="", step="restore", asked_at=1.0)))
        await here.until(lambda: "Answered by Ada Lovelace" in here.notices)


async def test_a_signature_from_here_and_one_from_the_drivers_keyboard(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path, name="Linus Pauling") as here:
        answer = await asked(here, RESTORE_GATE, SeatSignoff)
        ada = Person("Ada Lovelace", "lead")
        marks_of(here.driver, RESTORE_GATE).add(ada, here.driver.signature(ada))
        here.driver.desk.tell()
        shown = here.app.screen.query_one("#signoff-signed", Static)
        await here.until(lambda: "✓ Ada Lovelace – lead" in str(shown.render()))
        here.app.screen.query_one("#approve").focus()
        await here.pilot.press("enter")
        given = await asyncio.wait_for(answer, 60)
        assert [(s.name, s.attested) for s in given.by] == [
            ("Ada Lovelace", "same-terminal"),
            ("Linus Pauling", "login"),
        ]


async def test_nobody_signs_in_the_name_of_who_has_signed(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path, name="Linus Pauling") as here:
        answer = await asked(here, RESTORE_GATE, SeatSignoff)
        marks = marks_of(here.driver, RESTORE_GATE)
        linus = Person("Linus Pauling", "second")
        signed = ev.Signature(
            name=linus.name, role=linus.role, at=1.0, via="seat", attested="login", login="linus", uid=70_001
        )
        marks.add(linus, signed)
        here.app.screen.query_one("#approve").focus()
        await here.pilot.press("enter")
        await here.until(lambda: "linus has signed as Linus Pauling already" in here.notices)
        assert marks.signed == {linus: signed}
        assert not answer.done()
        answer.cancel()


async def test_a_failure_is_decided_at_the_drivers_keyboard(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path) as here:
        deciding = asyncio.ensure_future(here.driver.desk.ask_failure(FAILURE))
        await here.until(lambda: "not from this seat" in here.bar)
        await here.pilot.press("enter")
        assert isinstance(here.app.screen, JoinedScreen)
        deciding.cancel()


async def test_who_watches_says_nothing(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path, observe=True) as here:
        asking = asyncio.ensure_future(here.driver.desk.ask_gate(CONFIRM))
        await here.until(lambda: "not from this seat" in here.bar)
        assert not here.footer() & {"Note", "Hand", "Answer"}
        await here.pilot.press("n", "v", "enter")
        assert isinstance(here.app.screen, JoinedScreen)
        asking.cancel()


async def test_notes_and_hands_reach_the_journal(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path) as here:
        here.story.wait(60)
        await here.pilot.press("n")
        await here.until(lambda: isinstance(here.app.screen, WriteDialog))
        await here.pilot.press(*"slow", "enter")
        await here.until(lambda: isinstance(here.app.screen, JoinedScreen))
        await here.pilot.press("v")
        await here.until(lambda: isinstance(here.app.screen, ReasonDialog))
        await here.pilot.press(*"why", "enter")
        await here.until(lambda: "why" in here.notices)
        notes = [r.event for r in here.story.records if isinstance(r.event, ev.NoteAdded)][-2:]
        assert [(n.by, n.text, n.step, n.kind) for n in notes] == [
            ("Grace Hopper", "slow", "restore", ""),
            ("Grace Hopper", "why", "restore", HAND),
        ]
        assert all(n.login and n.uid is not None for n in notes)


async def test_a_driver_that_is_gone_is_said_and_nothing_can_be_said_any_more(tmp_path: Path) -> None:
    async with joining(restoring(), tmp_path) as here:
        await asked(here, CONFIRM, ConfirmGate)
        await here.guests.server.close()
        await here.until(lambda: "Its driver is gone: drill-tui resume" in here.bar)
        masthead = str(here.screen.query_one("#masthead-words", Static).render())
        assert "disconnected" in masthead
        assert "running" not in masthead
        await here.until(lambda: isinstance(here.app.screen, JoinedScreen))
        assert not here.footer() & {"Note", "Hand", "Answer"}


async def test_a_drill_that_ends_shows_its_result(tmp_path: Path) -> None:
    from drill_tui.tui.screens.result import ResultScreen

    story = restoring()
    async with joining(story, tmp_path) as here:
        story.clean_up(ev.EndReason.ABORTED)
        assert here.driver.control is not None
        here.driver.control.note("Ada Lovelace", "the last word")
        await here.guests.server.close()
        await here.until(lambda: isinstance(here.app.screen, ResultScreen))
        assert not here.session.lost


@pytest.mark.parametrize("name", ["", "Nobody\x1b[2J of this drill"])
async def test_who_did_not_sign_in_has_a_name_all_the_same(tmp_path: Path, name: str) -> None:
    async with joining(restoring(), tmp_path, name=name) as here:
        answer = await asked(here, CONFIRM, ConfirmGate)
        assert here.session.seat.joined is not None
        known = here.session.seat.joined.name
        await here.until(lambda: "join with --name" in here.notices)
        assert known == (name.replace("\x1b[2J", "") or here.session.seat.joined.login)
        answer.cancel()
