"""One step of the forward list: its gate, its attempts, and what it counts for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from drill_tui.engine.record import events as ev
from drill_tui.engine.run.asking import ask_about_failure, pass_gate
from drill_tui.engine.run.attempt import Attempt, make_attempt
from drill_tui.engine.run.core import Core
from drill_tui.engine.run.gates import gate_of
from drill_tui.engine.run.limits import StoppedError, limited
from drill_tui.engine.run.lookout import lost_to
from drill_tui.engine.run.losses import StartOver, steps_since
from drill_tui.engine.run.needs import unmet_need
from drill_tui.runbook.model import Retry, Step

POLICY_RETRY: Final = "policy:retry"
TO_BE_TAKEN_AS_IT_IS: Final = frozenset({ev.Outcome.PASSED, ev.Outcome.CANCELLED, ev.Outcome.UNPROVEN})
"""Nothing went wrong that another attempt, or a person, could set right."""
MAX_DELAY_S: Final = 3_600.0
"""A delay that doubles is not doubled past this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """How a step came out, before the runbook's `on_failure` weighs it."""

    outcome: ev.Outcome
    reason: str = ""


async def run_step(core: Core, step: Step) -> ev.StepEnded:
    """Run a step to its end.  Raises only JournalError."""
    if not core.setup.takes_place(step):
        return skip_step(core, step, f"only in mode {' or '.join(step.only)}")
    missing = unmet_need(core, step)
    if missing:
        return skip_step(core, step, missing, proves_nothing=step.on_failure != "ignore")
    core.record(ev.StepStarted(step=step.id, phase=ev.Phase.STEPS))
    return end_step(core, step, await _gate_and_work(core, step))


async def resume_step(core: Core, step: Step) -> ev.StepEnded:
    """Go on with a step that had started when drill-tui died.  Raises only JournalError."""
    run = core.state.step(step.id)
    if run.attempts == run.attempts_before and not run.gate_passed:
        return end_step(core, step, await _gate_and_work(core, step))
    if not does_something(step):
        return end_step(core, step, StepOutcome(outcome=ev.Outcome.PASSED))
    last = run.last_attempt
    made = None
    if last is not None and last.outcome is not ev.Outcome.INTERRUPTED:
        made = Attempt(
            number=last.attempt, outcome=last.outcome, exit_code=last.exit_code, reason=last.reason
        )
    return end_step(core, step, await _work(core, step, made))


def does_something(step: Step) -> bool:
    """Whether there is more to a step than its gate."""
    return step.run is not None or step.uses is not None or step.sql is not None


def end_step(core: Core, step: Step, came: StepOutcome) -> ev.StepEnded:
    """Record a step's end and what it counts for."""
    run = core.state.step(step.id)
    event = ev.StepEnded(
        step=step.id,
        phase=ev.Phase.STEPS,
        outcome=came.outcome,
        result=weigh(came.outcome, ignored=step.on_failure == "ignore"),
        reason=came.reason,
        duration_s=core.now - run.started_at,
        wait_s=run.waited_s,
    )
    core.tell(event)
    return event


def skip_step(core: Core, step: Step, reason: str, *, proves_nothing: bool = False) -> ev.StepEnded:
    """Record that a step does not run; `proves_nothing` where the drill cannot pass without it."""
    event = ev.StepEnded(
        step=step.id,
        phase=ev.Phase.STEPS,
        outcome=ev.Outcome.SKIPPED,
        result=ev.Result.UNPROVEN if proves_nothing else ev.Result.SKIP,
        reason=reason,
        duration_s=0.0,
        wait_s=0.0,
    )
    core.tell(event)
    return event


def weigh(outcome: ev.Outcome, *, ignored: bool = False) -> ev.Result:
    """What an outcome counts for.  Only `ignore` in the runbook softens a failure."""
    if outcome is ev.Outcome.PASSED:
        return ev.Result.PASS
    if outcome is ev.Outcome.SKIPPED:
        return ev.Result.SKIP
    if ignored and outcome is not ev.Outcome.CANCELLED:
        return ev.Result.WARN
    if outcome is ev.Outcome.UNPROVEN:
        return ev.Result.UNPROVEN
    broken = {ev.Outcome.ERROR, ev.Outcome.INTERRUPTED}
    return ev.Result.ERROR if outcome in broken else ev.Result.FAIL


async def _gate_and_work(core: Core, step: Step) -> StepOutcome:
    if await lost_to(core, step):
        return await _lost(core, step)
    gate = gate_of(core.setup, core.state, step)
    if gate is not None:
        refused = await pass_gate(core, step, gate)
        if refused is not None and core.losses.of(step) and refused.outcome is ev.Outcome.ERROR:
            return await _lost(core, step)
        if refused is not None:
            return StepOutcome(outcome=refused.outcome, reason=refused.reason)
    if not does_something(step):
        return StepOutcome(outcome=ev.Outcome.PASSED)
    return await _work(core, step)


async def _lost(core: Core, step: Step, attempt: Attempt | None = None) -> StepOutcome:
    """What the step relies on is gone, before it ran or while it did.  Raises StartOver if asked to."""
    lost = core.losses.of(step)
    reason = core.losses.reason(lost)
    if attempt is None:
        attempt = Attempt(number=core.state.step(step.id).attempts, outcome=ev.Outcome.ERROR, reason=reason)
    elif attempt.reason:
        reason = f"{reason} The step itself said: {attempt.reason}"
    asked = replace(attempt, reason=reason)
    steps = core.setup.book.steps
    _, again = steps_since(steps, lost, steps.index(step))
    if await ask_about_failure(core, step, asked, again) == "retry":
        raise StartOver(lost)
    found_bad = attempt.outcome is ev.Outcome.FAILED and core.state.step(step.id).missed
    return StepOutcome(outcome=ev.Outcome.FAILED if found_bad else ev.Outcome.ERROR, reason=reason)


async def _work(core: Core, step: Step, made: Attempt | None = None) -> StepOutcome:
    """Attempts, by the runbook's `retry` and then as often as a person says; `made` was made before."""
    before = core.state.step(step.id).attempts - (1 if made else 0)
    allowed = before + step.retry.attempts
    while True:
        attempt = made or await _next_attempt(core, step)
        made, number = None, attempt.number
        if attempt.outcome in TO_BE_TAKEN_AS_IT_IS or core.recorder.journal_lost:
            return StepOutcome(outcome=attempt.outcome, reason=attempt.reason)
        if await lost_to(core, step):
            return await _lost(core, step, attempt)
        if number < allowed and _retries(step.retry, attempt):
            if not await _wait_before_retry(core, step, number):
                return StepOutcome(outcome=attempt.outcome, reason=attempt.reason)
            continue
        if await ask_about_failure(core, step, attempt) == "retry":
            continue
        return StepOutcome(outcome=attempt.outcome, reason=attempt.reason)


async def _next_attempt(core: Core, step: Step) -> Attempt:
    number = core.state.step(step.id).attempts + 1
    return await make_attempt(core, step, number, core.control.stop_steps)


def _retries(retry: Retry, attempt: Attempt) -> bool:
    return not retry.exit_codes or attempt.exit_code in retry.exit_codes


async def _wait_before_retry(core: Core, step: Step, number: int) -> bool:
    """Whether the wait was left to end."""
    delay_s = min(step.retry.delay * step.retry.backoff ** (number - 1), MAX_DELAY_S)
    core.record(ev.RetryScheduled(step=step.id, attempt=number + 1, delay_s=delay_s, by=POLICY_RETRY))
    try:
        await limited(core.clock.sleep(delay_s), clock=core.clock, stop=core.control.stop_steps)
    except StoppedError:
        return False
    return True
