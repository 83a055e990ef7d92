"""Stand-ins for tests of anything that runs on the engine: a clock, an operator, a listener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from drill_tui.engine.ports import Failure, FailureAnswer, GateAnswer
from drill_tui.engine.record.events import Event, GateOpened, LogChunk, Progress, Record, Signature
from drill_tui.engine.run.gates import typed_fields

E = TypeVar("E")


class FakeClock:
    """Time that passes only when a test says so."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._asleep = asyncio.Event()

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (self._now + seconds, future)
        self._sleepers.append(entry)
        self._asleep.set()
        try:
            await future
        finally:
            self._sleepers.remove(entry)

    def advance(self, seconds: float) -> None:
        """Let time pass, and wake whoever slept no longer than that."""
        self._now += seconds
        for wake_at, future in self._sleepers:
            if wake_at <= self._now and not future.done():
                future.set_result(None)

    async def until_asleep(self, seconds: float) -> None:
        """Wait, in real time, until somebody sleeps for this long from now."""
        while not any(abs(wake_at - self._now - seconds) < 1e-6 for wake_at, _ in self._sleepers):
            self._asleep.clear()
            await self._asleep.wait()


@dataclass
class ScriptedOperator:
    """Answers from a script, in order; a callable answer is called, and what it returns is awaited.

    Without a script it approves every gate as two people, leaves failures to the runbook and allows reruns.
    """

    gates: list[GateAnswer | Callable[[GateOpened], GateAnswer]] = field(default_factory=list)
    failures: list[FailureAnswer | None] = field(default_factory=list)
    reruns: bool = True
    asked: list[GateOpened] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    rerun_asked: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    """If given, gates are answered only once it is set."""

    async def decide(self, gate: GateOpened) -> GateAnswer:
        self.asked.append(gate)
        if self.hold is not None:
            await self.hold.wait()
        answer = self.gates.pop(0) if self.gates else approve
        return answer(gate) if callable(answer) else answer

    async def on_failure(self, failure: Failure) -> FailureAnswer | None:
        self.failed.append(failure)
        return self.failures.pop(0) if self.failures else None

    async def may_rerun(self, step: str) -> bool:
        self.rerun_asked.append(step)
        return self.reruns


def approve(gate: GateOpened) -> GateAnswer:
    """What a willing team answers: enough people, the text as asked, every field filled."""
    roles = gate.roles or ("lead",)
    by = tuple(
        Signature(
            name=f"person {n}", role=roles[n % len(roles)], at=0.0, via="test", attested="same-terminal"
        )
        for n in range(gate.min)
    )
    samples = {"int": "1", "float": "1.5", "bool": "true", "text": "as expected", "lines": "a\nb"}
    samples["actions"] = "Drill the new backup; Ada; 2030-01-31"
    values = {f.id: f.choices[0] if f.type == "choice" else samples[f.type] for f in gate.fields}
    if gate.kind == "type":
        values = dict.fromkeys(typed_fields(gate.min), gate.text)
    return GateAnswer(answer="approved", by=by, values=values)


@dataclass
class Listener:
    """A sink that keeps everything, and can be waited on."""

    records: list[Record] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    chunks: list[LogChunk] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def events(self) -> list[Event]:
        return [record.event for record in self.records]

    @property
    def types(self) -> list[str]:
        return [record.event.TYPE for record in self.records]

    def on_record(self, record: Record) -> None:
        self.records.append(record)
        self._news.set()

    def on_log(self, chunk: LogChunk) -> None:
        self.chunks.append(chunk)
        self.lines.extend(chunk.lines)
        self._news.set()

    def on_progress(self, progress: Progress) -> None:
        self.progress.append(progress)
        self._news.set()

    async def until(self, condition: Callable[[], object], within_s: float = 60.0) -> None:
        """Wait until something that was told makes the condition true.  Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def until_type(self, kind: str, step: str = "") -> None:
        await self.until(lambda: self.seen(kind, step))

    def seen(self, kind: str, step: str = "") -> bool:
        return any(kind == e.TYPE and getattr(e, "step", "") == step for e in self.events) or (
            not step and kind in self.types
        )


def of_type(records: Iterable[Record], kind: type[E]) -> list[E]:
    return [record.event for record in records if isinstance(record.event, kind)]
