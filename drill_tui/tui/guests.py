"""The drill's side of the seats: what each is told, and what becomes of what people say there.

A seat's word is an answer like any other; who gave it is what the kernel says of the connection.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.codec import to_data
from drill_tui.engine.record.events import GateOpened, Signature
from drill_tui.engine.record.people import HAND
from drill_tui.engine.run.gates import APPROVED, LOGIN, REJECTED, objection
from drill_tui.engine.text.sanitise import one_line
from drill_tui.runbook.held import data_of
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import LEAD
from drill_tui.seats.server import Guest, SeatServer
from drill_tui.seats.wire import Message, WireError, pack
from drill_tui.tui.desk import FailureQuestion, GateQuestion, Question
from drill_tui.tui.marks import marks_of, signatures, typed_of
from drill_tui.tui.pace import coming_step, held
from drill_tui.tui.roles import Held, hindrance, known_name, may_hand_over
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.server_log import ServerLog

_MAX_REASON_CHARS = 2_000
_MAX_NAME_CHARS = 200


class Guests:
    """The floor of `server`, which is a sink of the drill; until `close`."""

    def __init__(
        self, seat: Seat, folder: Path, say: Callable[[str], None], *, gid: int | None = None
    ) -> None:
        """`folder` holds the run's directory; `say` shows a sentence at the driver's terminal.

        Who may join: logins of the user that drives the drill, root, and the group `gid`.
        """
        self._seat = seat
        self._say = say
        self.server = SeatServer(folder, self, gid=gid, told=seat.drill.records)
        self._server_log = ServerLog(seat.drill, self.server)
        seat.desk.listeners.append(self._question_changed)
        self._question: Question | None = None
        self._before: Question | None = None
        self._number = 0

    async def close(self) -> None:
        self._server_log.close()
        self._seat.desk.listeners.remove(self._question_changed)
        await self.server.close()

    def welcome(self, guest: Guest) -> bytes:
        state = self._seat.drill.state
        started, runbook = state.started, state.runbook
        return pack(
            "welcome",
            name=guest.name,
            login=guest.peer.login,
            uid=guest.peer.uid,
            observes=guest.observes,
            now=self._seat.now(),
            mode=str(started.mode) if started else "",
            laps=to_data(self._seat.laps),
            runbook=data_of(runbook) if runbook else None,
        )

    def asked(self) -> bytes:
        by = self._seat.desk.who_answered(self._before)
        return pack("question", number=self._number, by=by, **self._asked())

    def came(self, guest: Guest) -> None:
        self._say(f"{_who(guest)} has joined{' to watch' if guest.observes else ''}")
        self._server_log.look()

    def left(self, guest: Guest) -> None:
        self._say(f"{_who(guest)} has left their seat")

    def problem(self, sentence: str) -> None:
        self._say(sentence)

    def heard(self, guest: Guest, message: Message) -> None:
        """Raises WireError for what is no message that a seat may send."""
        if guest.observes:
            raise WireError("who has joined to watch says nothing")
        match message.kind:
            case "answer":
                self._answer(guest, message)
            case "note" | "hand":
                self._note(guest, message)
            case "go_on":
                self._go_on(guest)
            case "hand_over":
                self._hand_over(guest, message)
            case _:
                raise WireError("it said what no seat says")

    def _question_changed(self) -> None:
        question = self._seat.desk.question
        if question is not self._question:
            self._before, self._question = self._question, question
            self._number += 1
        self.server.tell(self.asked())

    def _asked(self) -> dict[str, object]:
        question, desk = self._question, self._seat.desk
        if question is None:
            return {"about": ""}
        if isinstance(question, GateQuestion):
            told = [to_data(signature) for signature in signatures(desk)]
            return {
                "about": "gate",
                "asked_at": question.asked_at,
                "gate": to_data(question.gate),
                "signed": told,
            }
        if isinstance(question, FailureQuestion):
            failed = question.failure
            words = {"step": failed.step, "reason": failed.reason, "attempt": failed.attempt}
            return {"about": "failure", "asked_at": question.asked_at, **words}
        return {"about": "rerun", "asked_at": question.asked_at, "step": question.step}

    def _answer(self, guest: Guest, message: Message) -> None:
        question = self._question
        if not isinstance(question, GateQuestion) or message.number("question") != self._number:
            guest.refuse("this question is no longer open")
            return
        answer, gate = message.text("answer"), question.gate
        if answer not in (APPROVED, REJECTED):
            raise WireError("that is no answer")
        person = self._person(guest, message.text("role", 200))
        if person is None:
            guest.refuse(f"{guest.name} has not signed in for this role")
            return
        by = self._signature(guest, person)
        if answer == APPROVED and gate.kind == "signoff":
            self._sign(guest, question, person, by)
            return
        if answer == APPROVED and gate.kind == "type" and gate.min > 1:
            self._type(guest, question, by, message.texts("values").get("text", ""))
            return
        reason = one_line(message.text("reason"), _MAX_REASON_CHARS)
        given = GateAnswer(answer=answer, by=(by,), values=message.texts("values"), reason=reason)
        why = objection(gate, given) if answer == APPROVED else "" if reason else "a refusal needs a reason"
        if why:
            guest.refuse(why)
        else:
            self._seat.desk.answer(question, given, _who(guest))

    def _sign(self, guest: Guest, question: GateQuestion, person: Person, by: Signature) -> None:
        """One more signature; the last one that is needed gives the answer."""
        gate, desk = question.gate, self._seat.desk
        marks = marks_of(self._seat, gate)
        once = gate.distinct or gate.identity == LOGIN
        if once and (before := marks.by_uid(guest.peer.uid)):
            guest.refuse(f"{guest.peer.login} has signed already, as {before.name}{_needs_others(gate)}")
            return
        if (before := marks.seat_as(person.name)) and before.uid != guest.peer.uid:
            guest.refuse(
                f"{before.login} has signed as {before.name} already; join with a --name of your own"
            )
            return
        if gate.roles and person.role not in gate.roles:
            guest.refuse(f"only {' and '.join(gate.roles)} sign here")
            return
        marks.add(person, by)
        answer = GateAnswer(answer=APPROVED, by=tuple(marks.signed.values()))
        if objection(gate, answer):
            desk.tell()
        else:
            desk.answer(question, answer, _who(guest))

    def _type(self, guest: Guest, question: GateQuestion, by: Signature, text: str) -> None:
        """One more person has typed it; the last one that is needed gives the answer."""
        gate, desk = question.gate, self._seat.desk
        typed = typed_of(self._seat, gate)
        if text != gate.text:
            guest.refuse("what was typed is not what was asked for")
        elif before := typed.before(by):
            guest.refuse(f"{before.login or before.name} has typed it already{_needs_others(gate)}")
        elif gate.roles and by.role not in gate.roles:
            guest.refuse(f"only {' and '.join(gate.roles)} type it here")
        else:
            typed.by.append(by)
            answer = typed.answer(gate)
            if len(typed.by) < gate.min or objection(gate, answer):
                desk.tell()
            else:
                desk.answer(question, answer, _who(guest))

    def _note(self, guest: Guest, message: Message) -> None:
        control = self._seat.control
        text = one_line(message.text("text"), _MAX_REASON_CHARS)
        if control is None or not (text or message.kind == HAND):
            return
        step = message.text("step", 200)
        control.note(
            guest.name,
            text,
            step if step in self._seat.drill.state.steps else "",
            kind=HAND if message.kind == HAND else "",
            login=guest.peer.login,
            uid=guest.peer.uid,
        )

    def _go_on(self, guest: Guest) -> None:
        """Whose turn it is, or a lead, lets the drill go on to its next step."""
        control, state = self._seat.control, self._seat.drill.state
        pace = self._seat.pace
        if control is None or pace is None or pace.mode is Mode.TRAINING or not held(state):
            guest.refuse("the drill does not stand still any more")
            return
        coming = coming_step(state)
        turn = self._seat.whose_turn(coming)
        roles = (turn.role, LEAD) if turn.role else ()
        people = self._seat.known_as(guest.name)
        person = next((one for one in people if one.role in roles), None if roles else people[0])
        if person is None:
            guest.refuse(f"it is the turn of {turn.label()}")
            return
        control.resume(person.name, person.role, login=guest.peer.login, uid=guest.peer.uid)

    def _hand_over(self, guest: Guest, message: Message) -> None:
        """The lead hands over any role, everybody else their own."""
        control = self._seat.control
        held = Held(message.text("role", _MAX_NAME_CHARS), message.text("had", _MAX_NAME_CHARS))
        to = one_line(message.text("has", _MAX_NAME_CHARS), _MAX_NAME_CHARS)
        if control is None:
            guest.refuse("nobody drives this drill any more")
        elif why := hindrance(self._seat, held, to):
            guest.refuse(why)
        elif not may_hand_over(self._seat, guest.name, held):
            guest.refuse("only the lead hands over what somebody else has")
        else:
            has, peer = known_name(self._seat, to), guest.peer
            control.hand_over(held.role, held.name, has, guest.name, login=peer.login, uid=peer.uid)

    def _person(self, guest: Guest, role: str) -> Person | None:
        """In this role; who has not signed in may claim any of the runbook's, as at the driver's keyboard."""
        known = self._seat.known_as(guest.name)
        if not self._seat.has_signed_in(guest.name):
            runbook = self._seat.drill.state.runbook
            free = {"", *(runbook.roles if runbook else ())}
            return Person(guest.name, role) if role in free else None
        return next((person for person in known if person.role == role), None)

    def _signature(self, guest: Guest, person: Person) -> Signature:
        return Signature(
            name=person.name,
            role=person.role,
            at=self._seat.now(),
            via="seat",
            attested=LOGIN,
            login=guest.peer.login,
            uid=guest.peer.uid,
        )


def _who(guest: Guest) -> str:
    login = guest.peer.login
    return guest.name if guest.name == login else f"{guest.name} ({login})"


def _needs_others(gate: GateOpened) -> str:
    return f"; {gate.min} different people are needed" if gate.min > 1 else ""
