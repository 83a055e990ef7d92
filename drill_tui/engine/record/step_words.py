"""How a step that did not pass is told, so that every place tells it in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drill_tui.engine.record.vocabulary import Outcome

if TYPE_CHECKING:
    from drill_tui.engine.record.events import StepEnded

ENDED: Final = {
    Outcome.FAILED: "failed",
    Outcome.TIMED_OUT: "timed out",
    Outcome.CANCELLED: "was stopped",
    Outcome.INTERRUPTED: "was cut off",
    Outcome.REJECTED: "was refused",
    Outcome.EXPIRED: "was not approved in time",
    Outcome.SKIPPED: "was skipped",
    Outcome.ERROR: "ended in an error",
    Outcome.UNPROVEN: "proved nothing",
    Outcome.PASSED: "passed",
}


def ended_words(step: str, title: str, ended: StepEnded) -> str:
    """A step's end in words: `step restore (Restore …) was refused: the reason`."""
    why = f": {ended.reason}" if ended.reason else ""
    return f"step {step} ({title}) {ENDED[ended.outcome]}{why}"
