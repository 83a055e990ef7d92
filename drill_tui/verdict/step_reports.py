"""The steps' part of the report, with every attempt; a step that never ran is there too."""

from __future__ import annotations

from drill_tui.engine.record.events import Outcome, Result
from drill_tui.verdict.report import AttemptReport, StepReport
from drill_tui.verdict.state import AttemptState, DrillState, StepState
from drill_tui.verdict.wording import iso


def step_reports(state: DrillState) -> tuple[StepReport, ...]:
    """Every step in the runbook's order, then the cleanup."""
    return tuple(_step_report(step, state) for step in state.steps.values())


def _step_report(step: StepState, state: DrillState) -> StepReport:
    outcome, result, reason = _ending(step)
    now = state.ended_at or state.last_at
    return StepReport(
        id=step.id,
        title=step.title,
        phase=step.phase,
        result=result,
        outcome=outcome,
        reason=reason,
        attempts=tuple(_attempt_report(attempt, now) for attempt in step.attempts),
        started_at=iso(step.started_at) if step.started_at is not None else None,
        duration_s=round(step.elapsed_s(now) or 0.0, 3),
        wait_s=round(step.wait_s(now), 3),
        budget_s=step.budget_s,
        over_budget=step.over_budget(now),
        exit_code=step.exit_code,
        command=step.command,
        log=step.log,
        role=step.role,
        plays=step.plays,
        confirmed_by=step.confirmed_by,
        outputs=step.outputs,
        hints_shown=step.hints_shown,
        guesses=tuple(step.guesses),
    )


def _ending(step: StepState) -> tuple[Outcome, Result, str]:
    if step.ended:
        return step.ended.outcome, step.ended.result, step.ended.reason
    if step.started_at is not None:
        return Outcome.INTERRUPTED, Result.ERROR, "cut off: the journal does not tell how it ended"
    if not step.takes_place:
        return Outcome.SKIPPED, Result.SKIP, "does not take place in this mode"
    return Outcome.SKIPPED, Result.SKIP, "not reached"


def _attempt_report(attempt: AttemptState, now: float) -> AttemptReport:
    ended = attempt.ended
    return AttemptReport(
        attempt=attempt.number,
        outcome=ended.outcome if ended else Outcome.INTERRUPTED,
        exit_code=ended.exit_code if ended else None,
        reason=ended.reason if ended else "cut off",
        started_at=iso(attempt.started_at),
        duration_s=round(ended.duration_s if ended else max(0.0, now - attempt.started_at), 3),
    )
