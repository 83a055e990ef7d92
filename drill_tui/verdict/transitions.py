"""What each record changes in a drill's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.people import handed_over
from drill_tui.verdict.moments import (
    PACES,
    ChoiceState,
    CleanupState,
    GateState,
    GuessState,
    HandoverState,
    HintState,
    NoteState,
    PauseState,
    RecoveryState,
)
from drill_tui.verdict.spans import Span
from drill_tui.verdict.step_state import Activity, StepState

if TYPE_CHECKING:
    from drill_tui.verdict.facts import DrillFacts

AUTOMATIC = frozenset({"policy", "flag"})
"""What `Signature.attested` says of answers that nobody was waited for."""


def take_in(state: DrillFacts, record: ev.Record) -> None:
    """Change `state` by one record."""
    at, event = record.at, record.event
    _drill(state, at, event)
    _step(state, at, event)
    _people(state, at, event)
    state.run_id = state.run_id or record.run
    state.last_at = at


def _drill(state: DrillFacts, at: float, event: ev.Event) -> None:
    match event:
        case ev.DrillStarted():
            _begin(state, at, event)
        case ev.DrillRecovered():
            _recover(state, at, event)
        case ev.ResourceClaimed(kind=kind, ref=ref):
            state.claims[kind, ref] = event
        case ev.ResourceReleased(kind=kind, ref=ref):
            state.claims.pop((kind, ref), None)
        case ev.AbortRequested():
            state.abort = state.abort or event
        case ev.CleanupStarted(reason=reason):
            state.cleanup = CleanupState(reason=reason, started_at=at)
        case ev.CleanupEnded(result=result, leftovers=leftovers):
            state.cleanup = state.cleanup or CleanupState(reason=ev.EndReason.CRASHED, started_at=at)
            state.cleanup.ended_at, state.cleanup.result = at, result
            state.cleanup.leftovers = leftovers
        case ev.DrillEnded():
            _end_pause(state, at)
            state.ended, state.ended_at, state.current, state.gate = event, at, None, None
        case _:
            pass


def _step(state: DrillFacts, at: float, event: ev.Event) -> None:
    match event:
        case ev.StepStarted():
            _start_step(state, at, event)
        case ev.StepEnded(step=step_id, phase=phase):
            step = step_of(state, step_id, phase)
            step.ended, step.ended_at, step.activity = event, at, Activity.ENDED
            state.current = None if state.current == step_id else state.current
        case ev.StepsReopened(steps=step_ids):
            for step_id in step_ids:
                step = step_of(state, step_id)
                step.ended, step.ended_at, step.activity = None, None, Activity.PENDING
        case ev.AttemptStarted(step=step_id):
            step_of(state, step_id).attempt_started(at, event)
        case ev.AttemptEnded(step=step_id):
            step_of(state, step_id).attempt_ended(at, event)
        case ev.RetryScheduled(step=step_id, delay_s=delay_s):
            step = step_of(state, step_id)
            step.activity, step.retry_delay_s = Activity.RETRYING, delay_s
        case ev.OutputsRecorded(step=step_id, outputs=outputs, env=env):
            step = step_of(state, step_id)
            step.outputs = {**step.outputs, **outputs}
            step.env = dict(env)
        case ev.EvidenceRecorded(step=step_id):
            step_of(state, step_id).evidence.append(event)
        case ev.CheckEvaluated(step=step_id):
            step_of(state, step_id).checks.append(event)
        case ev.BudgetExceeded(step=step_id):
            step_of(state, step_id).budget_exceeded = True
        case _:
            pass


def _people(state: DrillFacts, at: float, event: ev.Event) -> None:
    match event:
        case ev.GateOpened(step=step_id):
            step = step_of(state, step_id)
            gate = GateState(opened=event, opened_at=at)
            step.gates.append(gate)
            state.gates.append(gate)
            state.gate, step.activity = event, Activity.WAITING
        case ev.GateAnswered():
            _answer_gate(state, at, event)
        case ev.FailureAnswered(step=step_id, wait_s=wait_s):
            step = step_of(state, step_id)
            step.activity = Activity.STARTED
            state.choices.append(ChoiceState(at=at, answered=event))
            _waited(state, step, Span(at - wait_s, at))
        case ev.PauseStarted(by=by, reason=reason):
            state.pause = PauseState(by=by, reason=reason, started_at=at)
            state.pauses.append(state.pause)
        case ev.PauseEnded():
            _go_ahead(state, event)
            _end_pause(state, at)
        case ev.ParticipantJoined(name=name, roles=roles):
            state.participants[name] = roles
        case ev.RoleHandedOver():
            state.participants = handed_over(state.participants, event)
            state.handovers.append(HandoverState(at=at, clock_s=state.elapsed_s(at), told=event))
        case ev.NoteAdded():
            state.notes.append(NoteState(at=at, clock_s=state.elapsed_s(at), added=event))
        case ev.HintShown(step=step_id, index=index, by=by):
            if index not in step_of(state, step_id).hints_seen:
                state.hints.append(HintState(at=at, step=step_id, index=index, by=by))
                step_of(state, step_id).hints_seen.add(index)
        case ev.GuessMade(step=step_id, by=by, text=text):
            state.guesses.append(GuessState(at=at, step=step_id, by=by, text=text))
            step_of(state, step_id).guesses.append(text)
        case ev.ShellOpened() | ev.ShellClosed():
            state.shell_open = isinstance(event, ev.ShellOpened)
        case _:
            pass


def step_of(state: DrillFacts, step_id: str, phase: ev.Phase = ev.Phase.STEPS) -> StepState:
    """The step of this id, made if the runbook does not know it."""
    if step_id not in state.steps:
        number = 1 + sum(step.phase is phase for step in state.steps.values())
        state.steps[step_id] = StepState(id=step_id, title=step_id, phase=phase, number=number)
    return state.steps[step_id]


def _begin(state: DrillFacts, at: float, event: ev.DrillStarted) -> None:
    from drill_tui.runbook.settings import with_objectives
    from drill_tui.verdict.recorded import recorded_runbook, steps_to_come

    state.started, state.started_at = event, at
    try:
        state.runbook = state.runbook or with_objectives(
            recorded_runbook(event.runbook_text), event.objectives
        )
    except ValueError as problem:
        state.runbook_problem = str(problem)
    else:
        state.steps = steps_to_come(state.runbook, event.mode)


def _start_step(state: DrillFacts, at: float, event: ev.StepStarted) -> None:
    step = step_of(state, event.step, event.phase)
    step.started_at = at if step.started_at is None else step.started_at
    step.ended, step.ended_at, step.activity = None, None, Activity.STARTED
    state.current = event.step
    if event.phase is ev.Phase.STEPS:
        step.confirmed_by = state.go_ahead or step.confirmed_by
    state.go_ahead = ""


def _answer_gate(state: DrillFacts, at: float, event: ev.GateAnswered) -> None:
    step = step_of(state, event.step)
    step.activity, state.gate = Activity.STARTED, None
    if not step.gates:
        return
    gate = step.gates[-1]
    gate.answered, gate.answered_at = event, at
    if not _automatic(event):
        _waited(state, step, Span(gate.opened_at, at))


def _automatic(event: ev.GateAnswered) -> bool:
    return bool(event.by) and all(signature.attested in AUTOMATIC for signature in event.by)


def _waited(state: DrillFacts, step: StepState, span: Span) -> None:
    step.waited_s += max(0.0, span.end - span.start)
    state.waits.append(span)


def _go_ahead(state: DrillFacts, event: ev.PauseEnded) -> None:
    """Who ended the stop before a step has confirmed that step."""
    if state.pause is not None and state.pause.by in PACES:
        state.go_ahead = f"{event.by} ({event.role})" if event.role else event.by


def _end_pause(state: DrillFacts, at: float) -> None:
    if state.pause:
        state.pause.ended_at = at
        state.waits.append(Span(state.pause.started_at, at))
        state.pause = None


def _recover(state: DrillFacts, at: float, event: ev.DrillRecovered) -> None:
    """The process that died waits for nobody any more; what it waited for ends where the silence began."""
    died_at = at - event.down_s
    state.recoveries.append(RecoveryState(at=at, recovered=event))
    state.downs.append(Span(died_at, at))
    _end_pause(state, died_at)
    for step in state.steps.values():
        since = step.waiting_since
        if since is not None:
            _waited(state, step, Span(since, died_at))
            step.activity = Activity.STARTED
    state.gate = None
