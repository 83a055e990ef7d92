"""Everything that the journal of a drill tells, as far as it was read; `DrillState` folds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from drill_tui.engine.record import events as ev
from drill_tui.verdict.moments import (
    ChoiceState,
    CleanupState,
    GateState,
    GuessState,
    HandoverState,
    HintState,
    NoteState,
    PauseState,
    RecoveryState,
)
from drill_tui.verdict.spans import Span
from drill_tui.verdict.step_state import StepState

if TYPE_CHECKING:
    from drill_tui.runbook.model import Runbook


@dataclass(slots=True)
class DrillFacts:
    """Written by `transitions.take_in` alone.  Times are seconds since the epoch."""

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
    go_ahead: str = ""
    """Who has just let the drill go on, and in which role; until the step begins that they meant."""
    choices: list[ChoiceState] = field(default_factory=list)
    notes: list[NoteState] = field(default_factory=list)
    hints: list[HintState] = field(default_factory=list)
    guesses: list[GuessState] = field(default_factory=list)
    participants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Everybody with the roles that they have now."""
    handovers: list[HandoverState] = field(default_factory=list)
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

    @property
    def params(self) -> dict[str, str]:
        """What the drill was started with, and what people changed after a failure."""
        now = dict(self.started.params) if self.started else {}
        for choice in self.choices:
            now.update(choice.answered.params)
        return now

    def elapsed_s(self, now: float) -> float:
        """Since the drill started, until it ended or `now`."""
        if self.started_at is None:
            return 0.0
        return max(0.0, (now if self.ended_at is None else self.ended_at) - self.started_at)
