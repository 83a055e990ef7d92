"""What a training shows of a step, and when."""

from __future__ import annotations

from drill_tui.runbook.mode import Mode
from drill_tui.verdict.state import DrillState, StepState


def is_training(state: DrillState) -> bool:
    return state.started is not None and state.started.mode is Mode.TRAINING


def expect_is_open(state: DrillState, step: StepState) -> bool:
    """Whether the expected result may be shown: in training once somebody guessed and the step has begun, and
    always when it is over."""
    begun = step.started_at is not None
    return not is_training(state) or step.ended is not None or (begun and bool(step.guesses))


def expectation(state: DrillState, step_id: str | None) -> str:
    steps = state.runbook.steps if state.runbook else ()
    return next((step.expect for step in steps if step.id == step_id), "")
