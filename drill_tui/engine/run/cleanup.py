"""Cleanup: the runbook's list, then whatever is still claimed.  It runs after every end of a drill."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from drill_tui.engine.ports import ActionError, Claim
from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.record import events as ev
from drill_tui.engine.run.attempt import make_attempt
from drill_tui.engine.run.core import Core
from drill_tui.engine.run.limits import StoppedError, TimeLimitError, limited
from drill_tui.engine.run.steps import weigh
from drill_tui.engine.text.sanitise import one_line
from drill_tui.runbook.model import CleanupStep

DISPOSAL_TIMEOUT_S = 300.0
LOG_NAME = "cleanup"


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupOutcome:
    result: ev.CleanupResult
    leftovers: tuple[str, ...] = ()


async def clean_up(core: Core, reason: ev.EndReason, *, keep: bool) -> CleanupOutcome:
    """Run cleanup to its end, whatever fails in it."""
    core.control.enter_cleanup()
    core.tell(ev.CleanupStarted(reason=reason))
    steps = [step for step in core.setup.book.cleanup if not keep or _is_even_if_kept(core, step)]
    problems = [problem for step in steps if (problem := await _run(core, step))]
    left_alone = {problem.left_alone for problem in problems} - {""}
    if not keep:
        claims = reversed(core.state.claims.values())
        await dispose(core, [claim for claim in claims if claim.step not in left_alone])
    if not left_alone and (not keep or not core.state.claims):
        _remove_private(core)
    leftovers = (*core.leftovers(), *(problem.sentence for problem in problems))
    result = ev.CleanupResult.LEFTOVERS if leftovers else ev.CleanupResult.CLEAN
    if keep and core.state.claims:
        result = ev.CleanupResult.KEPT
    core.tell(ev.CleanupEnded(result=result, leftovers=leftovers))
    return CleanupOutcome(result=result, leftovers=leftovers)


def _is_even_if_kept(core: Core, step: CleanupStep) -> bool:
    spec = core.toolbox.actions.get(step.uses or "")
    return spec is not None and spec.even_if_kept


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """A step of the list left something that no claim speaks for, or that must be left alone."""

    sentence: str
    left_alone: str = ""
    """The step whose claims are not to be touched."""


async def _run(core: Core, step: CleanupStep) -> _Problem | None:
    """Run one step of the list."""
    run = core.state.step(step.id)
    if run.ended is not None and run.ended.outcome is ev.Outcome.PASSED:
        return None
    why_not = _why_not(core, step)
    if why_not:
        _end(core, step, ev.Outcome.SKIPPED, why_not, began=core.now)
        given_up = _Problem(sentence=f"cleanup step {step.id} was given up")
        return given_up if core.control.gave_up else None
    began = core.now
    core.control.skip_step.clear()
    core.tell(ev.StepStarted(step=step.id, phase=ev.Phase.CLEANUP))
    attempt = await make_attempt(core, step, run.attempts + 1, core.control.skip_step)
    _end(core, step, attempt.outcome, attempt.reason, began)
    if attempt.left_alone:
        return _Problem(sentence=attempt.reason, left_alone=attempt.left_alone)
    if attempt.outcome is ev.Outcome.PASSED or step.uses is not None:
        return None
    return _Problem(sentence=f"cleanup step {step.id} did not succeed: {attempt.reason}")


def _why_not(core: Core, step: CleanupStep) -> str:
    if not core.setup.takes_place(step):
        return f"only in mode {' or '.join(step.only)}"
    if step.after is not None and not core.state.step(step.after).attempts:
        return f"step {step.after} did not run"
    return "cleanup was given up" if core.control.gave_up else ""


def _end(core: Core, step: CleanupStep, outcome: ev.Outcome, reason: str, began: float) -> None:
    core.tell(
        ev.StepEnded(
            step=step.id,
            phase=ev.Phase.CLEANUP,
            outcome=outcome,
            result=weigh(outcome),
            reason=reason,
            duration_s=core.now - began,
            wait_s=0.0,
        )
    )


async def dispose(core: Core, claims: list[Claim]) -> None:
    """Remove claimed resources, the newest first; what cannot be removed stays claimed."""
    if not claims:
        return
    log = core.open_log(LOG_NAME)
    try:
        for claim in claims:
            await _dispose_one(core, claim, log)
    finally:
        log.close()


async def _dispose_one(core: Core, claim: Claim, log: StepLog) -> None:
    disposer = core.toolbox.disposers.get(claim.kind)
    what = f"{claim.kind} {claim.ref}"
    if disposer is None:
        log.line(f"{what}: this drill-tui cannot remove it")
        return
    if core.control.gave_up:
        log.line(f"{what}: not removed, cleanup was given up")
        return
    core.control.skip_step.clear()
    try:
        await limited(
            disposer(claim, log.line),
            clock=core.clock,
            stop=core.control.skip_step,
            timeout_s=DISPOSAL_TIMEOUT_S,
        )
    except StoppedError:
        log.line(f"{what}: not removed, skipped")
    except TimeLimitError:
        log.line(f"{what}: not removed within {DISPOSAL_TIMEOUT_S:g} s")
    except ActionError as error:
        log.line(f"{what}: not removed: {error}")
    except Exception as error:
        log.line(f"{what}: not removed: unexpected {type(error).__name__}: {one_line(str(error), 500)}")
    else:
        core.tell(ev.ResourceReleased(kind=claim.kind, ref=claim.ref))


def _remove_private(core: Core) -> None:
    for directory in (core.setup.private_dir, core.setup.run_dir / "steps"):
        shutil.rmtree(directory, ignore_errors=True)
