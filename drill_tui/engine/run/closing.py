"""Saying of everything that was open when a drill broke off that it is not any more."""

from __future__ import annotations

from drill_tui.engine.record import events as ev
from drill_tui.engine.run.core import Core
from drill_tui.engine.run.gates import CANCELLED
from drill_tui.engine.run.recorder import ENGINE
from drill_tui.engine.run.steps import StepOutcome, end_step, skip_step

NOT_REACHED = "not reached: the drill had ended before it"


def close_open(core: Core, outcome: ev.Outcome, reason: str, at: float) -> None:
    """End the pause, gate and attempt that were open; they broke off `at`, seconds since the epoch."""
    if core.state.paused_since is not None:
        core.tell(ev.PauseEnded(by=ENGINE))
    for run in list(core.state.steps.values()):
        if run.gate_opened_at is not None:
            waited_s = max(0.0, at - run.gate_opened_at)
            core.tell(ev.GateAnswered(step=run.id, answer=CANCELLED, reason=reason, wait_s=waited_s))
        if run.attempt_open:
            core.tell(
                ev.AttemptEnded(
                    step=run.id,
                    attempt=run.attempts,
                    outcome=outcome,
                    exit_code=None,
                    reason=reason,
                    duration_s=max(0.0, at - run.attempt_started_at),
                )
            )


def end_steps(core: Core, outcome: ev.Outcome, reason: str) -> None:
    """End the step that had started, and skip those after it."""
    for step in core.setup.book.steps:
        run = core.state.step(step.id)
        if run.ended is not None:
            continue
        if run.started_at:
            end_step(core, step, StepOutcome(outcome=outcome, reason=reason))
        else:
            skip_step(core, step, NOT_REACHED)
