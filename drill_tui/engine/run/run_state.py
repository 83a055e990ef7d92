"""What the engine must know of its own run: a fold of events, the same live and after a crash."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from drill_tui.engine.ports import Claim
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.people import handed_over


@dataclass(slots=True, kw_only=True)
class StepRun:
    """One step so far; times are seconds since the epoch."""

    id: str
    phase: ev.Phase = ev.Phase.STEPS
    started_at: float = 0.0
    waited_s: float = 0.0
    attempts: int = 0
    attempts_before: int = 0
    """Of them, those made before the step was opened again."""
    attempt_started_at: float = 0.0
    attempt_open: bool = False
    worked_s: float = 0.0
    """In attempts that are over."""
    gate_opened_at: float | None = None
    gate_passed: bool = False
    last_attempt: ev.AttemptEnded | None = None
    process: ev.ProcessStarted | None = None
    log: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    """What people typed at its gate; every attempt has them."""
    outputs: dict[str, str] = field(default_factory=dict)
    """The answers, and what the last attempt put out: nothing of an earlier one."""
    env: dict[str, str] = field(default_factory=dict)
    missed: bool = False
    """Whether the last attempt recorded evidence that misses its criterion."""
    unproven: bool = False
    """Whether it recorded evidence that leaves its criterion unproven."""
    over_budget: bool = False
    chosen: str = ""
    """What a person chose after its last failure."""
    ended: ev.StepEnded | None = None


@dataclass(slots=True)
class RunState:
    """Applied to every event of a run, in order."""

    run_id: str = ""
    started: ev.DrillStarted | None = None
    started_at: float = 0.0
    last_at: float = 0.0
    died_at: float = 0.0
    """When the process before this one was last heard of."""
    down_s: float = 0.0
    """How long, so far, there was no process to drive the run."""
    participants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    steps: dict[str, StepRun] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    """Parameters that people gave another value after a failure."""
    paused_since: float | None = None
    abort: ev.AbortRequested | None = None
    cleanup: ev.EndReason | None = None
    """Why cleanup began; None as long as it has not."""
    cleanup_ended: ev.CleanupEnded | None = None
    ended: ev.DrillEnded | None = None
    told: set[str] = field(default_factory=set)
    """Every value that an attempt put out; some name files that it wrote."""

    def apply(self, event: ev.Event, at: float) -> None:
        before, self.last_at = self.last_at, max(self.last_at, at)
        match event:
            case ev.DrillStarted():
                self.started, self.started_at = event, at
            case ev.ParticipantJoined(name=name, roles=roles):
                self.participants[name] = roles
            case ev.RoleHandedOver():
                self.participants = handed_over(self.participants, event)
            case ev.ResourceClaimed(step=step, kind=kind, ref=ref, details=details):
                self.claims[kind, ref] = Claim(
                    run_id=self.run_id, step=step, kind=kind, ref=ref, details=details
                )
            case ev.ResourceReleased(kind=kind, ref=ref):
                self.claims.pop((kind, ref), None)
            case ev.StepsReopened(steps=steps):
                for step_id in steps:
                    self.steps[step_id] = self._afresh(step_id)
            case ev.AbortRequested():
                self.abort = event
            case ev.PauseStarted():
                self.paused_since = at
            case ev.PauseEnded():
                self.paused_since = None
            case ev.DrillRecovered(down_s=down_s):
                self.died_at = before
                self.down_s += down_s
            case ev.CleanupStarted(reason=reason):
                self.cleanup, self.cleanup_ended, self.ended = reason, None, None
            case ev.CleanupEnded():
                self.cleanup_ended = event
            case ev.DrillEnded():
                self.ended = event
            case _:
                self._apply_to_step(event, at)

    def step(self, step_id: str) -> StepRun:
        """The step, whether it has started or not."""
        return self.steps.get(step_id) or StepRun(id=step_id)

    def outputs_of(self, step_id: str) -> dict[str, str]:
        return self.step(step_id).outputs

    def leftovers(self) -> tuple[str, ...]:
        """What is claimed and not released, in words."""
        return tuple(f"{claim.kind} {claim.ref} (from step {claim.step})" for claim in self.claims.values())

    def _afresh(self, step_id: str) -> StepRun:
        """The step as if it had not run, but that its attempts are counted on."""
        attempts = self.step(step_id).attempts
        return StepRun(id=step_id, attempts=attempts, attempts_before=attempts)

    def _apply_to_step(self, event: ev.Event, at: float) -> None:
        step_id = getattr(event, "step", "")
        if isinstance(event, ev.StepStarted):
            self.steps[step_id] = replace(self._afresh(step_id), phase=event.phase, started_at=at)
            return
        step = self.steps.setdefault(step_id, StepRun(id=step_id, started_at=at)) if step_id else None
        if step is None:
            return
        match event:
            case ev.GateOpened():
                step.gate_opened_at = at
            case ev.GateAnswered(answer=answer, values=values, wait_s=wait_s):
                step.gate_opened_at = None
                step.gate_passed = answer == "approved"
                step.waited_s += wait_s
                step.answers.update(values)
                step.outputs.update(values)
            case ev.AttemptStarted(attempt=attempt, log=log):
                step.attempts, step.attempt_open, step.attempt_started_at = attempt, True, at
                step.missed, step.unproven = False, False
                step.outputs, step.env = dict(step.answers), {}
                step.process, step.log = None, log
            case ev.ProcessStarted():
                step.process = event
            case ev.OutputsRecorded(outputs=outputs, env=env):
                step.outputs.update(outputs)
                step.env = dict(env)
                self.told.update(outputs.values())
            case ev.EvidenceRecorded(result=result):
                step.missed = step.missed or result is ev.Finding.MISSED
                step.unproven = step.unproven or result is ev.Finding.UNPROVEN
            case ev.AttemptEnded(duration_s=duration_s):
                step.attempt_open, step.process, step.last_attempt = False, None, event
                step.worked_s += duration_s
            case ev.FailureAnswered(choice=choice, wait_s=wait_s, params=params):
                step.waited_s += wait_s
                self.params.update(params)
                step.chosen = choice
            case ev.BudgetExceeded():
                step.over_budget = True
            case ev.StepEnded():
                step.ended = event
            case _:
                pass
