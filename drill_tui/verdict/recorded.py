"""The runbook that a journal carries: what was drilled, whatever the file says today."""

from __future__ import annotations

from functools import lru_cache

from drill_tui.engine.record.events import Phase
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Runbook, Step
from drill_tui.runbook.plays import Plays
from drill_tui.verdict.step_state import StepState

_PLAYED_UNSAID = {
    "source.open": Plays.SOURCE,
    "backup.latest": Plays.SHELF,
    "target.start": Plays.TARGET,
    "target.prove": Plays.PROOF,
}
"""What the actions of 0.1 played: its journals do not say."""


@lru_cache(maxsize=8)
def recorded_runbook(text: str) -> Runbook:
    """Parse the text in `drill.started`.  Raises ValueError if this version cannot read it."""
    from drill_tui.runbook.load import RunbookError, parse_text

    try:
        return parse_text(text)
    except RunbookError as problem:
        raise ValueError(str(problem)) from problem


def steps_to_come(runbook: Runbook, mode: Mode) -> dict[str, StepState]:
    """Every step of both lists, none of them begun."""
    coming: dict[str, StepState] = {}
    for phase, listed in ((Phase.STEPS, runbook.steps), (Phase.CLEANUP, runbook.cleanup)):
        for number, step in enumerate(listed, start=1):
            coming[step.id] = StepState(
                id=step.id,
                title=step.title,
                phase=phase,
                number=number,
                action=step.uses or "",
                plays=_PLAYED_UNSAID.get(step.uses or ""),
                role=step.role if isinstance(step, Step) else None,
                budget_s=step.budget if isinstance(step, Step) else None,
                timeout_s=step.timeout,
                takes_place=not step.only or mode in step.only,
            )
    return coming
