"""The pace of a drill with people: it stands still before each step until somebody goes on.

In a training that is time to read, guess and compare; in a guided drill, and in a recovery, the
step's role goes on, which the journal keeps.  The clock runs on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drill_tui.engine.record.events import (
    DrillRecovered,
    DrillStarted,
    LogChunk,
    Phase,
    Progress,
    Record,
    StepEnded,
)
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.values import param_text, scalar_text
from drill_tui.tui.watched import WatchedDrill
from drill_tui.verdict.moments import PACES
from drill_tui.verdict.state import DrillState, StepState

if TYPE_CHECKING:
    from drill_tui.engine.run.control import DrillControl

_WHY = {
    Mode.GUIDED: "before each step, until somebody of its role goes on",
    Mode.RECOVERY: "before each step, until somebody of its role goes on",
    Mode.TRAINING: "time to compare, to read the next step and to guess",
}


@dataclass(slots=True)
class Pace:
    """A sink that pauses the drill before each of its steps."""

    control: DrillControl
    drill: WatchedDrill
    catch_up: Callable[[], None]
    """Brings `drill` up to the record that was told last."""
    mode: Mode
    running_through: bool = False
    """Not in training: the lead wants no stops but those of the runbook."""

    def on_record(self, record: Record) -> None:
        match record.event:
            case DrillStarted() | DrillRecovered() | StepEnded(phase=Phase.STEPS):
                self._before_next_step()
            case _:
                pass

    def on_log(self, chunk: LogChunk) -> None: ...

    def on_progress(self, progress: Progress) -> None: ...

    def _before_next_step(self) -> None:
        self.catch_up()
        state = self.drill.state
        coming = coming_step(state)
        if coming is not None and not self.running_through and not self._stops_anyway(state, coming):
            self.control.pause(self.mode.value, _WHY[self.mode])

    def _stops_anyway(self, state: DrillState, step: StepState) -> bool:
        """A step stops people once: at its gate, or where somebody had a cut-off step go on.

        In a training a guess needs its time before the gate.
        """
        return self.mode is not Mode.TRAINING and (step.started_at is not None or asks_first(state, step))


def held(state: DrillState) -> bool:
    """Whether the drill stands still before its next step because of its pace."""
    return state.pause is not None and state.pause.by in PACES


def coming_step(state: DrillState) -> StepState | None:
    """The next step, while none is under way."""
    steps = state.in_phase(Phase.STEPS)
    return next((s for s in steps if s.takes_place and s.ended is None), None)


def asks_first(state: DrillState, step: StepState) -> bool:
    """Whether the runbook's own gate stops the drill at this step."""
    runbook = state.runbook
    gate = next((s.gate for s in runbook.steps if s.id == step.id), None) if runbook else None
    if runbook is None or gate is None:
        return False
    if gate.when is None:
        return True
    wanted = param_text(runbook.params[gate.when.param], scalar_text(gate.when.equals))
    return state.params.get(gate.when.param) == wanted
