"""The desk between drill and people: one open question at a time, and who sits here.  Knows no widget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from drill_tui.engine.ports import Failure, FailureAnswer, GateAnswer
from drill_tui.engine.record.events import GateOpened, Signature


@dataclass(frozen=True, slots=True)
class GateQuestion:
    gate: GateOpened
    asked_at: float


@dataclass(frozen=True, slots=True)
class FailureQuestion:
    failure: Failure
    asked_at: float


@dataclass(frozen=True, slots=True)
class RerunQuestion:
    step: str
    asked_at: float


Question = GateQuestion | FailureQuestion | RerunQuestion
Answer = TypeVar("Answer", GateAnswer, FailureAnswer, bool)


class Desk:
    """Holds the question that the drill waits with until it is answered or withdrawn."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._waiting: asyncio.Future[GateAnswer | FailureAnswer | bool] | None = None
        self.question: Question | None = None
        self.draft: object = None
        """What people have put into the open question's dialog so far: it stays while they look around."""
        self._answered: tuple[Question | None, str] = (None, "")
        self.signed: tuple[Signature, ...] = ()
        """At a seat of one's own: who has signed the open question so far."""
        self.listeners: list[Callable[[], None]] = []
        """Called after a question was put, answered or withdrawn, and after somebody has signed."""

    async def ask_gate(self, gate: GateOpened) -> GateAnswer:
        return await self._ask(GateQuestion(gate, self._now()), GateAnswer)

    async def ask_failure(self, failure: Failure) -> FailureAnswer:
        return await self._ask(FailureQuestion(failure, self._now()), FailureAnswer)

    async def ask_rerun(self, step: str) -> bool:
        return await self._ask(RerunQuestion(step, self._now()), bool)

    def answer(self, question: Question, answer: GateAnswer | FailureAnswer | bool, by: str = "") -> bool:
        """Answer the open question; False if it is no longer open (withdrawn, or answered already).

        `by` names who answered, for everybody else who has it open.
        """
        if self._waiting is None or self._waiting.done() or question is not self.question:
            return False
        self._answered = (question, by)
        self._waiting.set_result(answer)
        return True

    def who_answered(self, question: Question | None) -> str:
        """Of the question before the open one, or the open one; empty where nobody did."""
        answered, by = self._answered
        return by if answered is question else ""

    def tell(self) -> None:
        """Something about the question has changed."""
        for listener in tuple(self.listeners):
            listener()

    async def _ask(self, question: Question, kind: type[Answer]) -> Answer:
        future: asyncio.Future[GateAnswer | FailureAnswer | bool] = asyncio.get_running_loop().create_future()
        self._waiting, self.question, self.draft = future, question, None
        self.tell()
        try:
            answer = await future
        finally:
            if self.question is question:
                self._waiting = self.question = None
                self.tell()
        if not isinstance(answer, kind):
            raise TypeError(f"{type(question).__name__} was answered with {answer!r}")
        return answer


class TuiOperator:
    """The engine's `Operator` whose answers come from the people at this terminal.

    `before` is called before each question, so that people see what led to it.
    """

    def __init__(self, desk: Desk, before: Callable[[], None] = lambda: None) -> None:
        self._desk = desk
        self._before = before

    async def decide(self, gate: GateOpened) -> GateAnswer:
        self._before()
        return await self._desk.ask_gate(gate)

    async def on_failure(self, failure: Failure) -> FailureAnswer | None:
        self._before()
        return await self._desk.ask_failure(failure)

    async def may_rerun(self, step: str) -> bool:
        self._before()
        return await self._desk.ask_rerun(step)
