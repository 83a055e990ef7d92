"""The desk of a drill that another process drives: what is answered here is sent there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from drill_tui.engine.ports import Failure, FailureAnswer, GateAnswer
from drill_tui.engine.record.codec import from_data
from drill_tui.engine.record.events import GateOpened, Signature
from drill_tui.seats.client import Line
from drill_tui.seats.wire import Message, WireError
from drill_tui.tui.desk import Desk, FailureQuestion, GateQuestion, Question, RerunQuestion

TOO_LONG = "That is too long to be sent from a seat."


class FarDesk(Desk):
    """`complain` shows why something was not taken."""

    def __init__(self, now: Callable[[], float], line: Line, complain: Callable[[str], None]) -> None:
        super().__init__(now)
        self._line = line
        self._complain = complain
        self._number = 0

    def take(self, message: Message) -> None:
        """What the drill asks now, or that it asks nothing.  Raises WireError."""
        number = message.number("number")
        if number != self._number:
            if self.question is not None:  # the next one may come before a dialog asks who answered this one
                self._answered = (self.question, message.text("by"))
            self.question, self.draft = _question(message), None
            self._number = number
        self.signed = tuple(_signature(told) for told in _list(message, "signed"))
        self.tell()

    def hang_up(self) -> None:
        """Nobody asks anything here any more."""
        self.question, self.signed = None, ()
        self.tell()

    def answer(self, question: Question, answer: GateAnswer | FailureAnswer | bool, by: str = "") -> bool:
        if question is not self.question or not isinstance(answer, GateAnswer):
            return False
        role = answer.by[0].role if answer.by else ""
        sent = self._line.say(
            "answer",
            question=self._number,
            answer=answer.answer,
            role=role,
            values=dict(answer.values),
            reason=answer.reason,
        )
        if not sent:
            self._complain(TOO_LONG)
        return sent


def _question(message: Message) -> Question | None:
    about = message.text("about")
    if not about:
        return None
    asked_at = message.data.get("asked_at")
    if not isinstance(asked_at, int | float):
        raise WireError("a question without its time")
    if about == "gate":
        return GateQuestion(_gate(message.data.get("gate")), float(asked_at))
    step = message.text("step")
    if about == "failure":
        failure = Failure(
            step=step,
            attempt=message.number("attempt"),
            reason=message.text("reason", 100_000),
            exit_code=None,
            environment={},
            working_dir=Path("/"),
        )
        return FailureQuestion(failure, float(asked_at))
    return RerunQuestion(step, float(asked_at))


def _gate(data: Any) -> GateOpened:
    try:
        gate = from_data(GateOpened.TYPE, data)
    except ValueError as error:
        raise WireError(f"a gate that this drill-tui does not read: {str(error)[:200]}") from None
    if not isinstance(gate, GateOpened):
        raise WireError("that is no gate")
    return gate


def _signature(told: Any) -> Signature:
    try:
        return Signature(**told)
    except TypeError as error:
        raise WireError(f"a signature that this drill-tui does not read: {error}") from None


def _list(message: Message, name: str) -> list[Any]:
    found = message.data.get(name, [])
    if not isinstance(found, list):
        raise WireError(f"{name} is no list")
    return found
