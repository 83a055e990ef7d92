"""The state of a drill: an incremental fold of its records, which screen, console and report all read.

    state = DrillState()
    for record in records:
        state.apply(record)          # constant time per record
    state.clock("rto", now)          # SpanState: wall, machine and human seconds

A state belongs to whoever feeds it.  Readers must not change it, and must not keep parts of it across
`apply` if they need the past.  An event about an unknown step makes that step, so the journal of another
version or a hostile one still folds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from drill_tui.engine.record import events as ev
from drill_tui.runbook.plays import Plays
from drill_tui.verdict.moments import (
    AttemptState,
    ChoiceState,
    CleanupState,
    GateState,
    GuessState,
    HintState,
    NoteState,
    PauseState,
    RecoveryState,
)
from drill_tui.verdict.spans import Span, SpanState, split_time
from drill_tui.verdict.step_state import Activity, StepState
from drill_tui.verdict.transitions import take_in

if TYPE_CHECKING:
    from drill_tui.runbook.model import Runbook

__all__ = [
    "Activity",
    "AttemptState",
    "ChoiceState",
    "CleanupState",
    "DrillState",
    "GateState",
    "GuessState",
    "HintState",
    "NoteState",
    "PauseState",
    "RecoveryState",
    "SpanState",
    "StepState",
]


@dataclass(slots=True)
class DrillState:
    """Everything that the journal tells so far.  Times are seconds since the epoch."""

    run_id: str = ""
    started: ev.DrillStarted | None = None
    started_at: float | None = None
    last_at: float = 0.0
    """The time of the last record."""
    runbook: Runbook | None = None
    """None before the first record, and if this version cannot read the recorded text.

    Who has it parsed already may give it, `DrillState(runbook=…)`, which saves parsing it again.
    """
    runbook_problem: str = ""
    steps: dict[str, StepState] = field(default_factory=dict)
    """Every step of the runbook in its order, then its cleanup steps."""
    current: str | None = None
    """The step that was started last and has not ended."""
    gate: ev.GateOpened | None = None
    """The gate that waits for an answer."""
    gates: list[GateState] = field(default_factory=list)
    pause: PauseState | None = None
    """The pause that is on."""
    pauses: list[PauseState] = field(default_factory=list)
    choices: list[ChoiceState] = field(default_factory=list)
    notes: list[NoteState] = field(default_factory=list)
    hints: list[HintState] = field(default_factory=list)
    guesses: list[GuessState] = field(default_factory=list)
    participants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    claims: dict[tuple[str, str], ev.ResourceClaimed] = field(default_factory=dict)
    """Resources claimed and not released, by kind and reference."""
    abort: ev.AbortRequested | None = None
    cleanup: CleanupState | None = None
    recoveries: list[RecoveryState] = field(default_factory=list)
    shell_open: bool = False
    ended: ev.DrillEnded | None = None
    ended_at: float | None = None
    waits: list[Span] = field(default_factory=list)
    """When people were waited for, as far as those waits are over."""
    downs: list[Span] = field(default_factory=list)
    """When no process drove the drill, after a crash."""

    def apply(self, record: ev.Record) -> DrillState:
        """Take in the next record; returns the same, changed state."""
        take_in(self, record)
        return self

    @classmethod
    def of(cls, records: Iterable[ev.Record]) -> DrillState:
        """Fold all records at once."""
        state = cls()
        for record in records:
            state.apply(record)
        return state

    @property
    def over(self) -> bool:
        return self.ended is not None

    @property
    def is_demo(self) -> bool:
        """Whether the generated demo database is drilled; known once the source is open."""
        return self.source.get("kind") == "demo"

    @property
    def target(self) -> dict[str, str]:
        """What was told of the target: a server that was started, or a copy that was opened."""
        return self.told_of(Plays.TARGET)

    @property
    def source(self) -> dict[str, str]:
        """What was told of the database that is drilled; empty where a drill opens none."""
        return self.told_of(Plays.SOURCE)

    def elapsed_s(self, now: float) -> float:
        """Since the drill started, until it ended or `now`."""
        if self.started_at is None:
            return 0.0
        return max(0.0, (now if self.ended_at is None else self.ended_at) - self.started_at)

    def in_phase(self, phase: ev.Phase) -> Iterator[StepState]:
        return (step for step in self.steps.values() if step.phase is phase)

    def told_of(self, part: Plays) -> dict[str, str]:
        """Outputs of the first step that plays this; empty if none did."""
        return next((s.outputs for s in self.steps.values() if s.plays is part and s.outputs), {})

    def clock(self, criterion_id: str, now: float, *, until: float | None = None) -> SpanState:
        """The clock of a criterion with `measure`; one that has not ended by `until` is stopped there.

        Raises KeyError for a criterion that is unknown or is not measured.
        """
        criterion = self.runbook.criteria[criterion_id] if self.runbook else None
        if criterion is None or criterion.measure is None:
            raise KeyError(criterion_id)
        objective_s = self._objective_s(criterion.max)
        start, end = self.moment(criterion.measure.start), self.moment(criterion.measure.end)
        if start is None:
            return SpanState(objective_s=objective_s)
        stop = end if end is not None else self._gave_up_at(now)
        if until is not None and start <= until < stop:
            stop = until
        within = Span(start, stop)
        return split_time(within, self.human_spans(now), self.downs, objective_s, ended=end is not None)

    def moment(self, point: str) -> float | None:
        """When `<step>.start` or `<step>.end` was; None if it has not come, or the step was skipped."""
        step_id, _, edge = point.rpartition(".")
        step = self.steps.get(step_id)
        if step is None or step.outcome is ev.Outcome.SKIPPED:
            return None
        return step.started_at if edge == "start" else step.ended_at

    def human_spans(self, now: float) -> list[Span]:
        """When people were waited for: gates, choices after failures, pauses; the open ones until `now`."""
        until = self.ended_at if self.ended_at is not None else now
        waiting = [step.waiting_since for step in self.steps.values()]
        waiting.append(self.pause.started_at if self.pause else None)
        return [*self.waits, *(Span(since, until) for since in waiting if since is not None)]

    def _gave_up_at(self, now: float) -> float:
        """When no further step was going to come, or `now`."""
        if self.cleanup:
            return self.cleanup.started_at
        return now if self.ended_at is None else self.ended_at

    def _objective_s(self, limit: str | int | float | None) -> float | None:
        from drill_tui.verdict.quantity import filled, quantity

        try:
            return None if limit is None else quantity(filled(limit, self))
        except ValueError:
            return None
