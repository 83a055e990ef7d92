"""One step of a drill as the journal tells it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from drill_tui.engine.record.events import (
    AttemptEnded,
    AttemptStarted,
    CheckEvaluated,
    EvidenceRecorded,
    Outcome,
    Phase,
    Result,
    StepEnded,
)
from drill_tui.runbook.plays import Plays
from drill_tui.verdict.moments import AttemptState, GateState

AMBER_SHARE = 0.8
"""The share of a budget from which a step is shown amber (design, section "The runbook")."""


class Activity(StrEnum):
    """What a step is doing now.  Once it has ended, `outcome` and `result` say how."""

    PENDING = "pending"
    STARTED = "started"
    WAITING = "waiting"
    """At a gate, for people."""
    RUNNING = "running"
    DECIDING = "deciding"
    """An attempt went wrong; what to do about it is not yet known."""
    RETRYING = "retrying"
    ENDED = "ended"


@dataclass(slots=True, kw_only=True)
class StepState:
    """Times are seconds since the epoch, lengths are seconds.  Filled by `DrillState`: read, do not write."""

    id: str
    title: str
    phase: Phase
    number: int
    """Place in its list, from 1."""
    action: str = ""
    """The built-in action that it uses, if any."""
    plays: Plays | None = None
    """What it is in the drill, known once it has begun."""
    role: str | None = None
    budget_s: float | None = None
    timeout_s: float | None = None
    confirmed_by: str = ""
    """Who ended the stop before it, and in which role; empty where it was not stopped for."""
    takes_place: bool = True
    """False where the runbook's `only` leaves this drill's mode out."""
    activity: Activity = Activity.PENDING
    started_at: float | None = None
    ended_at: float | None = None
    ended: StepEnded | None = None
    attempts: list[AttemptState] = field(default_factory=list)
    gates: list[GateState] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    """Of the last attempt."""
    env: dict[str, str] = field(default_factory=dict)
    evidence: list[EvidenceRecorded] = field(default_factory=list)
    """Of every attempt, in order."""
    checks: list[CheckEvaluated] = field(default_factory=list)
    hints_seen: set[int] = field(default_factory=set)
    guesses: list[str] = field(default_factory=list)
    budget_exceeded: bool = False
    retry_delay_s: float = 0.0
    waited_s: float = 0.0
    """For people, in waits that are over."""

    @property
    def attempt(self) -> AttemptState | None:
        """The last one."""
        return self.attempts[-1] if self.attempts else None

    @property
    def hints_shown(self) -> int:
        return len(self.hints_seen)

    @property
    def command(self) -> str:
        return self.attempts[-1].command if self.attempts else ""

    @property
    def log(self) -> str | None:
        """The last attempt's log file, relative to the run's directory."""
        return self.attempts[-1].log if self.attempts else None

    @property
    def exit_code(self) -> int | None:
        last = self.attempt
        return last.ended.exit_code if last and last.ended else None

    @property
    def outcome(self) -> Outcome | None:
        return self.ended.outcome if self.ended else None

    @property
    def result(self) -> Result | None:
        return self.ended.result if self.ended else None

    @property
    def reason(self) -> str:
        """Why it ended as it did, or why its last attempt did."""
        if self.ended:
            return self.ended.reason
        return next((a.ended.reason for a in reversed(self.attempts) if a.ended), "")

    @property
    def waiting_since(self) -> float | None:
        """Since when people are waited for: at an open gate, or for a choice after a failure."""
        if self.activity is Activity.WAITING:
            return self.gates[-1].opened_at
        if self.activity is Activity.DECIDING and self.attempts:
            return self.attempts[-1].ended_at
        return None

    def elapsed_s(self, now: float) -> float | None:
        """From its start until it ended or `now`, waits included; None before it started."""
        if self.ended:
            return self.ended.duration_s
        return None if self.started_at is None else max(0.0, now - self.started_at)

    def wait_s(self, now: float) -> float:
        """Of `elapsed_s`, the time in which people were waited for."""
        if self.ended:
            return self.ended.wait_s
        since = self.waiting_since
        return self.waited_s + (max(0.0, now - since) if since is not None else 0.0)

    def working_s(self, now: float) -> float:
        """Elapsed time without waits: what a budget is compared with."""
        return max(0.0, (self.elapsed_s(now) or 0.0) - self.wait_s(now))

    def over_budget(self, now: float) -> bool:
        return self.budget_exceeded or (self.budget_s is not None and self.working_s(now) > self.budget_s)

    def near_budget(self, now: float) -> bool:
        """Past 80 % of its budget, or over it."""
        return self.budget_s is not None and self.working_s(now) >= AMBER_SHARE * self.budget_s

    def attempt_started(self, at: float, event: AttemptStarted) -> None:
        self.attempts.append(
            AttemptState(number=event.attempt, started_at=at, command=event.command, log=event.log)
        )
        self.outputs, self.env = {}, {}
        self.plays = event.plays or self.plays
        self.activity = Activity.RUNNING

    def attempt_ended(self, at: float, event: AttemptEnded) -> None:
        if not self.attempts or self.attempts[-1].number != event.attempt:
            began = at - event.duration_s
            self.attempts.append(AttemptState(number=event.attempt, started_at=began, command="", log=""))
        self.attempts[-1].ended_at, self.attempts[-1].ended = at, event
        passed = event.outcome is Outcome.PASSED
        self.activity = Activity.STARTED if passed else Activity.DECIDING

    def last_evidence(self, criterion: str) -> list[EvidenceRecorded]:
        """What the last attempt recorded for a criterion."""
        last = self.attempts[-1].number if self.attempts else None
        return [e for e in self.evidence if e.criterion == criterion and e.attempt == last]
