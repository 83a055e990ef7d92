"""The events of a drill: the single truth from which everything else is folded.

An event states what happened, in the past tense, and nothing about how it is shown.  A `Record` puts an
event on the time line of one run.  The journal keeps every record; the screen, the console, the report,
`watch`, `resume` and `clean` are folds of them.  `LogChunk` and `Progress` are not records: they flow to
the sinks, the text of a log is kept in the step's own log file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from drill_tui.engine.record.earlier import Earlier, FollowedDrill
from drill_tui.engine.record.endings import CleanupEnded, CleanupStarted, DrillEnded, DrillRecovered
from drill_tui.engine.record.flow import LogChunk, Progress
from drill_tui.engine.record.people import (
    AbortRequested,
    FailureAnswered,
    GateAnswered,
    GateField,
    GateOpened,
    GuessMade,
    HintShown,
    NoteAdded,
    ParticipantJoined,
    PauseEnded,
    PauseStarted,
    RoleHandedOver,
    ShellClosed,
    ShellOpened,
    Signature,
)
from drill_tui.engine.record.vocabulary import CleanupResult, EndReason, Finding, Outcome, Phase, Result
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.plays import Plays

__all__ = [
    "AbortRequested",
    "AttemptEnded",
    "AttemptStarted",
    "BudgetExceeded",
    "CheckEvaluated",
    "CleanupEnded",
    "CleanupResult",
    "CleanupStarted",
    "DrillEnded",
    "DrillRecovered",
    "DrillStarted",
    "EndReason",
    "Event",
    "EvidenceRecorded",
    "FailureAnswered",
    "Finding",
    "GateAnswered",
    "GateField",
    "GateOpened",
    "GuessMade",
    "HintShown",
    "LogChunk",
    "Mode",
    "NoteAdded",
    "Outcome",
    "OutputsRecorded",
    "ParticipantJoined",
    "PauseEnded",
    "PauseStarted",
    "Phase",
    "ProcessStarted",
    "Progress",
    "Record",
    "ResourceClaimed",
    "ResourceReleased",
    "Result",
    "RetryScheduled",
    "RoleHandedOver",
    "ShellClosed",
    "ShellOpened",
    "Signature",
    "StepEnded",
    "StepStarted",
    "StepsReopened",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStarted:
    TYPE: ClassVar[str] = "drill.started"
    runbook_id: str
    runbook_title: str
    runbook_path: str
    runbook_sha256: str
    runbook_text: str
    mode: Mode
    params: dict[str, str]
    """Parameters by name; the value of a secret one is its masked form."""
    project_dir: str
    """The directory that relative paths of the runbook start from."""
    host: str
    user: str
    pid: int
    boot_id: str
    versions: dict[str, str]
    deadline_s: float | None = None
    keep: bool = False
    earlier: Earlier = field(default_factory=Earlier)
    follows: tuple[FollowedDrill, ...] = ()
    """The chain of drills: every journal of the folder that no other follows to its end."""
    objectives: dict[str, str] = field(default_factory=dict)
    """Bounds by criterion that the project's drill.toml set in place of the runbook's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    TYPE: ClassVar[str] = "step.started"
    step: str
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted:
    TYPE: ClassVar[str] = "attempt.started"
    step: str
    attempt: int
    command: str
    """The command as a person would type it, with its environment in front, secrets masked."""
    log: str
    """The log file's path relative to the run's directory."""
    plays: Plays | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStarted:
    """A child exists.  `start_ticks` (field 22 of proc_pid_stat) tells it from a later owner of the pid."""

    TYPE: ClassVar[str] = "process.started"
    step: str
    attempt: int
    pid: int
    start_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceClaimed:
    """Written before the resource is made, so that `clean` can find it after a crash at any moment."""

    TYPE: ClassVar[str] = "resource.claimed"
    step: str
    kind: str
    ref: str
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceReleased:
    TYPE: ClassVar[str] = "resource.released"
    kind: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputsRecorded:
    TYPE: ClassVar[str] = "outputs.recorded"
    step: str
    attempt: int
    outputs: dict[str, str]
    env: dict[str, str] = field(default_factory=dict)
    """Variables for the steps that say `connect: <this step>`.  Never a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecorded:
    TYPE: ClassVar[str] = "evidence.recorded"
    step: str
    attempt: int
    criterion: str
    result: Finding
    detail: str
    coverage: str = ""
    """What was looked at and what was not, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEvaluated:
    TYPE: ClassVar[str] = "check.evaluated"
    step: str
    attempt: int
    that: str
    ok: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded:
    TYPE: ClassVar[str] = "attempt.ended"
    step: str
    attempt: int
    outcome: Outcome
    exit_code: int | None
    reason: str
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryScheduled:
    TYPE: ClassVar[str] = "retry.scheduled"
    step: str
    attempt: int
    delay_s: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetExceeded:
    TYPE: ClassVar[str] = "budget.exceeded"
    step: str
    budget_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    TYPE: ClassVar[str] = "step.ended"
    step: str
    phase: Phase
    outcome: Outcome
    result: Result
    reason: str
    duration_s: float
    """From start to end, waits included."""
    wait_s: float
    """Of that, time in which people were waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsReopened:
    """What an earlier step had made is gone: these steps are made again, from the first on."""

    TYPE: ClassVar[str] = "steps.reopened"
    steps: tuple[str, ...]
    reason: str


Event = (
    DrillStarted
    | ParticipantJoined
    | RoleHandedOver
    | StepStarted
    | GateOpened
    | GateAnswered
    | AttemptStarted
    | ProcessStarted
    | ResourceClaimed
    | ResourceReleased
    | OutputsRecorded
    | EvidenceRecorded
    | CheckEvaluated
    | AttemptEnded
    | RetryScheduled
    | FailureAnswered
    | BudgetExceeded
    | StepEnded
    | StepsReopened
    | PauseStarted
    | PauseEnded
    | NoteAdded
    | HintShown
    | GuessMade
    | ShellOpened
    | ShellClosed
    | AbortRequested
    | CleanupStarted
    | CleanupEnded
    | DrillRecovered
    | DrillEnded
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An event at its place in a run.

    `at` is seconds since the epoch, taken from the wall clock once per process and advanced by the
    monotonic clock, so differences inside one process never jump with the wall clock.
    """

    seq: int
    at: float
    run: str
    event: Event
