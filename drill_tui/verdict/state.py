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
from dataclasses import dataclass

from drill_tui.engine.record import events as ev
from drill_tui.runbook.plays import Plays
from drill_tui.verdict.facts import DrillFacts
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
from drill_tui.verdict.quantity import filled, quantity
from drill_tui.verdict.spans import Span, SpanState, split_times
from drill_tui.verdict.step_state import Activity, StepState
from drill_tui.verdict.transitions import take_in

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
class DrillState(DrillFacts):
    """Everything that the journal tells so far.  Times are seconds since the epoch."""

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
        return self.outputs_of_part(Plays.TARGET)

    @property
    def source(self) -> dict[str, str]:
        """What was told of the database that is drilled; empty where a drill opens none."""
        return self.outputs_of_part(Plays.SOURCE)

    def in_phase(self, phase: ev.Phase) -> Iterator[StepState]:
        return (step for step in self.steps.values() if step.phase is phase)

    def outputs_of_part(self, part: Plays) -> dict[str, str]:
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
        measure = criterion.measure
        start, end = self.moment(measure.start), self.moment(measure.end)
        gave_up = self._gave_up_at(now)
        before = [self._own_time(step_id, gave_up) for step_id in measure.plus]
        stretches = [span for span in before if span is not None]
        if start is not None:
            stretches.append(Span(start, end if end is not None else gave_up))
        if until is not None:
            stretches = [Span(s.start, max(s.start, min(s.end, until))) for s in stretches]
        if not stretches:
            return SpanState(objective_s=objective_s)
        human = self.human_spans(now)
        return split_times(
            stretches, human, self.downs, objective_s, started=start is not None, ended=end is not None
        )

    def _own_time(self, step_id: str, gave_up: float) -> Span | None:
        """From a step's start to its end; None for one that did not run."""
        start, end = self.moment(f"{step_id}.start"), self.moment(f"{step_id}.end")
        return None if start is None else Span(start, end if end is not None else gave_up)

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
        try:
            return None if limit is None else quantity(filled(limit, self))
        except ValueError:
            return None
