"""The events of a drill: the single truth from which everything else is folded.

An event states what happened, in the past tense, and nothing about how it is shown.  A `Record` puts an
event on the time line of one run.  The journal keeps every record; the screen, the console, the report,
`watch`, `resume` and `clean` are folds of them.  `LogChunk` and `Progress` are not records: they flow to
the sinks, the text of a log is kept in the step's own log file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from drill_tui.runbook.mode import Mode


class Phase(StrEnum):
    """The list of the runbook that a step stands in."""

    STEPS = "steps"
    CLEANUP = "cleanup"


class Outcome(StrEnum):
    """What happened to an attempt or a step, untouched by any policy."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SKIPPED = "skipped"
    ERROR = "error"


class Result(StrEnum):
    """What a step counts for, after the runbook's `on_failure`."""

    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    WARN = "warn"
    SKIP = "skip"
    ERROR = "error"


class Finding(StrEnum):
    """What a criterion came to.  Only `met` passes."""

    MET = "met"
    MISSED = "missed"
    UNPROVEN = "unproven"


class EndReason(StrEnum):
    """Why a drill stopped going forward."""

    COMPLETED = "completed"
    FAILED = "failed"
    ABORTED = "aborted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SIGNAL = "signal"
    DEADLINE = "deadline"
    CRASHED = "crashed"
    ERROR = "error"


class CleanupResult(StrEnum):
    CLEAN = "clean"
    LEFTOVERS = "leftovers"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One person's answer at a gate.

    `attested` says how much the name is worth: `same-terminal` (typed here, no proof of identity),
    `policy` (nobody: the runbook's `auto` answered) or `flag` (given on the command line).
    """

    name: str
    role: str
    at: float
    via: str
    attested: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateField:
    """A typed field of a note gate; `type` is text, int, float, bool or choice."""

    id: str
    label: str
    type: str = "text"
    choices: tuple[str, ...] = ()
    required: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantJoined:
    TYPE: ClassVar[str] = "participant.joined"
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    TYPE: ClassVar[str] = "step.started"
    step: str
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOpened:
    TYPE: ClassVar[str] = "gate.opened"
    step: str
    kind: str
    prompt: str
    roles: tuple[str, ...] = ()
    min: int = 1
    distinct: bool = True
    text: str = ""
    fields: tuple[GateField, ...] = ()
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswered:
    TYPE: ClassVar[str] = "gate.answered"
    step: str
    answer: str
    """`approved`, `rejected`, `expired` or `cancelled`."""
    by: tuple[Signature, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted:
    TYPE: ClassVar[str] = "attempt.started"
    step: str
    attempt: int
    command: str
    """The command as a person would type it, with its environment in front, secrets masked."""
    log: str
    """The log file's path relative to the run's directory."""


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
class FailureAnswered:
    """The operator's choice after a failed step: `retry`, `continue` or `abort`."""

    TYPE: ClassVar[str] = "failure.answered"
    step: str
    choice: str
    by: str
    reason: str
    wait_s: float


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
class PauseStarted:
    TYPE: ClassVar[str] = "pause.started"
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseEnded:
    TYPE: ClassVar[str] = "pause.ended"
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded:
    TYPE: ClassVar[str] = "note.added"
    by: str
    text: str
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HintShown:
    TYPE: ClassVar[str] = "hint.shown"
    step: str
    index: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessMade:
    TYPE: ClassVar[str] = "guess.made"
    step: str
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellOpened:
    TYPE: ClassVar[str] = "shell.opened"
    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellClosed:
    TYPE: ClassVar[str] = "shell.closed"
    step: str
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortRequested:
    """`via` is `operator`, `signal`, `deadline` or `error` (the screen or the engine broke)."""

    TYPE: ClassVar[str] = "abort.requested"
    by: str
    via: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupStarted:
    TYPE: ClassVar[str] = "cleanup.started"
    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupEnded:
    TYPE: ClassVar[str] = "cleanup.ended"
    result: CleanupResult
    leftovers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRecovered:
    """A new process took over a run whose process had died.  `how` is `resume` or `clean`."""

    TYPE: ClassVar[str] = "drill.recovered"
    how: str
    down_s: float
    pid: int
    boot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillEnded:
    TYPE: ClassVar[str] = "drill.ended"
    reason: EndReason
    detail: str = ""


Event = (
    DrillStarted
    | ParticipantJoined
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChunk:
    """Consecutive lines of a step's log, sanitised: no escape sequences, no secrets, bounded length."""

    step: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a step is.  `total` 0 means unknown; `unit` is `bytes`, `rows`, `tables` or `items`."""

    step: str
    label: str
    done: float
    total: float
    unit: str
    eta_s: float | None = None
