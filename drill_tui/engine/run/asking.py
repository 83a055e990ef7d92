"""Asking people: gates, and what to do after a failure.  Every wait is measured and recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace

from drill_tui.engine.ports import ActionError, Failure, FailureAnswer, GateAnswer
from drill_tui.engine.record import events as ev
from drill_tui.engine.run.attempt import Attempt
from drill_tui.engine.run.core import Core
from drill_tui.engine.run.execution import arguments_of
from drill_tui.engine.run.gates import APPROVED, CANCELLED, EXPIRED, REJECTED, objection, opened, typed_fields
from drill_tui.engine.run.limits import StoppedError, TimeLimitError, limited
from drill_tui.engine.run.lookout import lost_to
from drill_tui.engine.run.lookup import NoValueError, params_now
from drill_tui.engine.run.losses import LostError
from drill_tui.engine.run.recorder import ENGINE
from drill_tui.engine.text.sanitise import one_line
from drill_tui.runbook.durations import format_duration
from drill_tui.runbook.model import Gate, Step
from drill_tui.runbook.uses_of_values import step_texts
from drill_tui.runbook.values import given_text, references

CHOICES = frozenset({"retry", "continue", "abort"})
_OUTCOMES = {
    REJECTED: ev.Outcome.REJECTED,
    EXPIRED: ev.Outcome.EXPIRED,
    CANCELLED: ev.Outcome.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A gate that was not passed."""

    outcome: ev.Outcome
    reason: str


async def pass_gate(core: Core, step: Step, gate: Gate) -> Refused | None:
    """Ask, and record the answer; None when it was approved.  Raises only JournalError."""
    try:
        question = _with_subject(core, step, opened(step.id, gate, core.values.fill))
    except (NoValueError, ActionError) as error:
        return Refused(outcome=ev.Outcome.ERROR, reason=str(error))
    asked_at = core.record(question).at
    broken = ""
    try:
        decision = _unless_lost(core, step, core.operator.decide(question))
        answer = await limited(
            decision, clock=core.clock, stop=core.control.stop_steps, timeout_s=question.timeout_s
        )
        answer = _held_to(question, answer)
        if answer.answer == APPROVED and (lost := await lost_to(core, step)):
            raise LostError(core.losses.reason(lost))
    except LostError as error:
        broken = str(error)
        answer = GateAnswer(answer=CANCELLED, reason=broken)
    except TimeLimitError:
        limit = format_duration(question.timeout_s or 0.0)
        answer = GateAnswer(answer=EXPIRED, reason=f"nobody answered within {limit}")
    except StoppedError:
        answer = GateAnswer(answer=CANCELLED, reason=_why_stopped(core))
    except Exception as error:
        broken = f"could not be asked: {type(error).__name__}: {error}"
        answer = GateAnswer(answer=CANCELLED, reason=one_line(broken, 500))
    core.record(
        ev.GateAnswered(
            step=step.id,
            answer=answer.answer,
            by=tuple(answer.by),
            values=dict(answer.values),
            reason=answer.reason,
            wait_s=core.now - asked_at,
        )
    )
    if answer.answer == APPROVED:
        return None
    if broken:
        return Refused(outcome=ev.Outcome.ERROR, reason=answer.reason)
    reason = f"gate {answer.answer}: {answer.reason}".rstrip(": ")
    return Refused(outcome=_OUTCOMES[answer.answer], reason=reason)


async def _unless_lost(core: Core, step: Step, decision: Awaitable[GateAnswer]) -> GateAnswer:
    """The answer; raises LostError as soon as what the step relies on is gone: nobody signs for it then."""
    answering = asyncio.ensure_future(decision)
    losing = asyncio.ensure_future(core.losses.until(step))
    try:
        await asyncio.wait({answering, losing}, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            return answering.result()
        raise LostError(core.losses.reason(core.losses.of(step)))
    finally:
        for task in (answering, losing):
            task.cancel()
        await asyncio.wait({answering, losing})


def _with_subject(core: Core, step: Step, question: ev.GateOpened) -> ev.GateOpened:
    """The question, and what the step's action would act on.  Raises ActionError and NoValueError."""
    spec = core.toolbox.actions.get(step.uses) if step.uses else None
    if spec is None or spec.subject is None:
        return question
    subject = one_line(spec.subject(arguments_of(core, step), core.setup.environment), 500)
    return replace(question, prompt=f"{question.prompt} – {subject}") if subject else question


async def ask_about_failure(
    core: Core, step: Step, attempt: Attempt, starts_over: tuple[str, ...] = ()
) -> str:
    """`retry`, `continue`, `abort`, or nothing where the runbook's `on_failure` decides.

    `starts_over` as in `Failure`.
    """
    if step.on_failure == "ignore" or core.control.stop_steps.is_set():
        return ""
    failure = Failure(
        step=step.id,
        attempt=attempt.number,
        reason=attempt.reason,
        exit_code=attempt.exit_code,
        environment=_shell_environment(core, step),
        working_dir=core.setup.project_dir,
        starts_over=starts_over,
        params=_given_params(core, step),
    )
    asked_at = core.now
    answer = await _ask(core, failure)
    if answer is None:
        return ""
    core.record(
        ev.FailureAnswered(
            step=step.id,
            choice=answer.choice,
            by=answer.by,
            reason=answer.reason,
            wait_s=core.now - asked_at,
            params=dict(answer.params),
        )
    )
    if answer.choice == "retry":
        number = attempt.number + 1
        core.record(ev.RetryScheduled(step=step.id, attempt=number, delay_s=0.0, by=answer.by))
    elif answer.choice == "abort":
        core.control.abort(answer.by, "operator", answer.reason or f"step {step.id} failed")
    return answer.choice


async def _ask(core: Core, failure: Failure) -> FailureAnswer | None:
    """Asks again until the answer is one: to continue takes a reason, and a parameter its kind of value."""
    while True:
        try:
            answer = await limited(
                core.operator.on_failure(failure), clock=core.clock, stop=core.control.stop_steps
            )
        except StoppedError:
            return None
        except Exception as error:
            what = f"Nobody could be asked about the failure: {type(error).__name__}: {error}"
            core.record(ev.NoteAdded(by=ENGINE, text=one_line(what, 500), step=failure.step))
            return None
        if answer is None:
            return None
        if _is_one(core, failure, answer):
            return answer


def _is_one(core: Core, failure: Failure, answer: FailureAnswer) -> bool:
    if answer.choice not in CHOICES or (answer.choice == "continue" and not answer.reason.strip()):
        return False
    if answer.params and answer.choice != "retry":
        return False
    if not answer.params.keys() <= failure.params.keys():
        return False
    params = core.setup.book.params
    try:
        return all(given_text(params[name], text) == text for name, text in answer.params.items())
    except ValueError:
        return False


def _given_params(core: Core, step: Step) -> dict[str, str]:
    """The parameters that stand in the step's own texts, less what is secret."""
    named = {reference.param for _, text in step_texts(step, ()) for reference in references(text)}
    return {
        name: param.value
        for name, param in params_now(core.setup, core.state).items()
        if name in named and not param.secret
    }


def _held_to(question: ev.GateOpened, answer: GateAnswer) -> GateAnswer:
    """The answer with what was not asked for left out; an approval that does not count is a rejection."""
    typed = typed_fields(question.min) if question.kind == "type" else ()
    known = {*(field.id for field in question.fields), *typed}
    values = {name: value[:10_000] for name, value in answer.values.items() if name in known}
    if answer.answer != APPROVED:
        return GateAnswer(answer=REJECTED, by=answer.by, values=values, reason=answer.reason)
    reason = objection(question, answer)
    verdict = REJECTED if reason else APPROVED
    return GateAnswer(answer=verdict, by=answer.by, values=values, reason=reason or answer.reason)


def _shell_environment(core: Core, step: Step) -> dict[str, str]:
    """The step's environment for a shell, less the parameters that are secret."""
    try:
        return core.step_environment(step, secrets=False)
    except NoValueError:
        return {}


def _why_stopped(core: Core) -> str:
    abort = core.control.abort_request
    return f"the drill was stopped by {abort.by}" if abort else "the drill was stopped"
