"""The pace of a training: it stands still before each step, so that people can read, guess and compare."""

from __future__ import annotations

from drill_tui.engine.record.events import (
    DrillRecovered,
    DrillStarted,
    LogChunk,
    Phase,
    Progress,
    Record,
    StepEnded,
)
from drill_tui.engine.run.control import DrillControl
from drill_tui.runbook.mode import Mode
from drill_tui.verdict.moments import PACE
from drill_tui.verdict.state import Activity, DrillState, StepState


class TrainingPace:
    """A sink that pauses the drill before each of its steps."""

    def __init__(self, control: DrillControl) -> None:
        self._control = control

    def on_record(self, record: Record) -> None:
        match record.event:
            case DrillStarted() | DrillRecovered() | StepEnded(phase=Phase.STEPS):
                self._control.pause(PACE, "time to compare, to read the next step and to guess")
            case _:
                pass

    def on_log(self, chunk: LogChunk) -> None: ...

    def on_progress(self, progress: Progress) -> None: ...


def is_training(state: DrillState) -> bool:
    return state.started is not None and state.started.mode is Mode.TRAINING


def held(state: DrillState) -> bool:
    """Whether the training stands still before its next step."""
    return state.pause is not None and state.pause.by == PACE


def coming_step(state: DrillState) -> StepState | None:
    """The next step, while none is under way."""
    steps = state.in_phase(Phase.STEPS)
    return next((s for s in steps if s.takes_place and s.activity is Activity.PENDING), None)


def expect_is_open(state: DrillState, step: StepState) -> bool:
    """Whether the expected result may be shown: in training once somebody guessed and the step has begun, and
    always when it is over."""
    begun = step.started_at is not None
    return not is_training(state) or step.ended is not None or (begun and bool(step.guesses))


def expectation(state: DrillState, step_id: str | None) -> str:
    steps = state.runbook.steps if state.runbook else ()
    return next((step.expect for step in steps if step.id == step_id), "")
