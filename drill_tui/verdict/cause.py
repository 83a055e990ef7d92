"""What a step's end says, and which step is to blame for those after it.

What follows from a step that failed is never evidence: of a database that was not made nothing can be missed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drill_tui.engine.record.exit_codes import COULD_NOT_TELL
from drill_tui.engine.record.step_words import ended_words
from drill_tui.engine.record.vocabulary import Outcome, Phase

if TYPE_CHECKING:
    from drill_tui.verdict.state import DrillState, StepState

GAVE_OUT: Final = frozenset(
    {
        Outcome.ERROR,
        Outcome.TIMED_OUT,
        Outcome.REJECTED,
        Outcome.EXPIRED,
        Outcome.CANCELLED,
        Outcome.INTERRUPTED,
    }
)
"""Outcomes of a step that came to no end of its own."""


def found_bad(step: StepState) -> bool:
    """Whether a step ran to its end and found something bad."""
    return step.outcome is Outcome.FAILED and step.exit_code != COULD_NOT_TELL


def gave_out(step: StepState) -> bool:
    """Whether a step could not do its work, so that it says nothing of the backup."""
    could_not_tell = step.outcome is Outcome.FAILED and step.exit_code == COULD_NOT_TELL
    return step.outcome in GAVE_OUT or could_not_tell


def told_end(step: StepState) -> str:
    """How an ended step ended: `step restore (Restore …) was refused: the reason`."""
    return ended_words(step.id, step.title, step.ended) if step.ended else f"step {step.id} did not end"


def because(step: StepState, state: DrillState) -> str:
    """The earlier step because of which this one came to nothing, in words; empty if none is to blame.

    A step that did not run at all can also be blamed on one that failed and so ended the drill.
    """
    did_not_run = step.started_at is None
    for earlier in state.in_phase(Phase.STEPS):
        if earlier.id == step.id:
            return ""
        ended_the_drill = did_not_run and found_bad(earlier)
        if gave_out(earlier) or ended_the_drill:
            return f"because {told_end(earlier)}"
    return ""


def trouble_at(steps: list[StepState]) -> float | None:
    """Since when nothing that these steps took time for is evidence, in seconds since the epoch.

    That is the end of the first attempt that went wrong, or when the gate was opened that was refused.
    """
    moments = [at for step in steps if found_bad(step) or gave_out(step) if (at := _went_wrong_at(step))]
    return min(moments, default=None)


def _went_wrong_at(step: StepState) -> float | None:
    if step.attempts:
        wrong = (a.ended_at for a in step.attempts if a.ended and a.ended.outcome is not Outcome.PASSED)
        return next(wrong, step.ended_at)
    return step.gates[-1].opened_at if step.gates else step.ended_at
