"""The report: what a drill proved, as data.  `fold.py` makes it from the journal and nothing else."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from drill_tui.engine.record.earlier import Earlier, FollowedDrill
from drill_tui.engine.record.endings import LeftFile
from drill_tui.engine.record.events import CleanupResult, EndReason, Finding, Outcome, Phase, Result
from drill_tui.runbook.mode import COUNT, Mode
from drill_tui.runbook.plays import Plays
from drill_tui.verdict.roles_report import HandoverReport, Participant
from drill_tui.verdict.trainee_report import TraineeReport

SCHEMA_VERSION = 1
Verdict = Literal["pass", "unproven", "fail", "error", "aborted"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RunbookRef(Part):
    id: str
    title: str
    sha256: str
    path: str


class EvidenceItem(Part):
    step: str
    result: Finding
    detail: str
    coverage: str


class WaiverReport(Part):
    reason: str
    owner: str
    until: str
    """The last day on which it holds, in UTC."""
    state: Literal["holds", "expired", "not_needed"]
    """`holds`: unproven, and excused; `expired`: the drill began after its last day; `not_needed`: proven,
    or missed, which no waiver excuses."""


class CriterionReport(Part):
    id: str
    title: str
    result: Finding
    detail: str
    coverage: str
    required: bool = True
    evidence: tuple[EvidenceItem, ...] = ()
    waiver: WaiverReport | None = None

    @property
    def is_waived(self) -> bool:
        """Unproven, and excused until a day that has not passed: it does not decide, and is never met."""
        return self.waiver is not None and self.waiver.state == "holds"


class RtoReport(Part):
    """Recovery time.  `met` is None where it could not be measured or must not be called RTO."""

    objective_s: float | None
    wall_s: float | None
    machine_s: float | None
    """Wall time less waits for people and time the drill was down."""
    human_s: float | None
    down_s: float = 0.0
    met: bool | None
    profile: str
    """Settings that the time was measured under: `durable` or `fast`."""
    leaves_out: tuple[str, ...]
    measured_from: str | None = None
    """The point of the runbook that the clock starts at: `<step>.start` or `<step>.end`."""
    measured_to: str | None = None
    measured_plus: tuple[str, ...] = ()
    """Steps before that, which fetched the backup and whose own time is in it."""
    started_at: str | None = None


class RpoReport(Part):
    objective_s: float | None
    actual_s: float | None
    met: bool | None


class AttemptReport(Part):
    attempt: int
    outcome: Outcome
    exit_code: int | None
    reason: str
    started_at: str
    duration_s: float


class StepReport(Part):
    id: str
    title: str
    phase: Phase
    result: Result
    outcome: Outcome
    reason: str
    attempts: tuple[AttemptReport, ...]
    started_at: str | None
    duration_s: float
    wait_s: float
    budget_s: float | None
    over_budget: bool
    exit_code: int | None
    command: str
    log: str | None
    """Path relative to the run's directory."""
    role: str | None
    plays: Plays | None = None
    """`source`, `backup`, `shelf`, `fit`, `target`, `proof` or `score`: what the step was in the drill."""
    confirmed_by: str = ""
    """Who let the drill go on to it, and in which role: `Ben (operator)`; empty where nobody was asked."""
    outputs: dict[str, str]
    hints_shown: int = 0
    guesses: tuple[str, ...] = ()


class SignatureReport(Part):
    name: str
    role: str
    at: str
    via: str
    attested: str
    login: str = ""
    """Who it was to the kernel, where it was asked; with `uid`."""
    uid: int | None = None


class GateReport(Part):
    step: str
    kind: str
    prompt: str
    opened_at: str
    answer: str
    by: tuple[SignatureReport, ...]
    values: dict[str, str]
    reason: str
    wait_s: float


class AgreedReport(Part):
    """An action that the debrief agreed on."""

    what: str
    owner: str
    until: str
    """A day, such as `2026-12-31`."""


class NoteReport(Part):
    at: str
    clock_s: float
    """Seconds since the drill started."""
    by: str
    step: str
    text: str
    kind: str = ""
    """`hand`: a raised hand; empty for a note."""
    login: str = ""
    """Of whoever wrote it in a seat of their own; with `uid`."""
    uid: int | None = None


class PauseReport(Part):
    at: str
    by: str
    reason: str
    duration_s: float


class ChoiceReport(Part):
    """What the operator chose after a step had failed."""

    at: str
    step: str
    choice: str
    by: str
    reason: str
    wait_s: float
    params: dict[str, str] = {}
    """Parameters that had another value from then on."""


class RecoveryReport(Part):
    """A new process took the run over; nothing drove it for `down_s` before."""

    at: str
    how: str
    down_s: float


class AbortReport(Part):
    by: str
    via: str
    reason: str


class Report(Part):
    schema_version: int = SCHEMA_VERSION
    drill_type: Literal["restore_drill", "check", "recovery"] = "restore_drill"
    """`check` of a runbook that restores nothing; `recovery` of a real one, which is no drill."""
    proves: str = "The backup restores"
    """What a pass of this runbook shows, in words."""
    run_id: str
    timestamp: str
    """When the drill started; RFC 3339, UTC."""
    finished_at: str
    duration_s: float
    mode: Mode
    training: bool
    """A training run never counts as a drill."""
    runbook: RunbookRef
    verdict: Verdict
    passed: bool
    failure_reason: str | None
    freezes: bool = False
    """Whether the runbook asks that production waits, after this verdict, until a drill has passed."""
    end_reason: EndReason
    criteria: tuple[CriterionReport, ...]
    rto: RtoReport
    rpo: RpoReport
    steps: tuple[StepReport, ...]
    gates: tuple[GateReport, ...]
    notes: tuple[NoteReport, ...]
    agreed: tuple[AgreedReport, ...] = ()
    """From note fields of type `actions`, in their order."""
    pauses: tuple[PauseReport, ...]
    choices: tuple[ChoiceReport, ...] = ()
    recoveries: tuple[RecoveryReport, ...] = ()
    abort: AbortReport | None = None
    """Who asked for the drill to stop, if anybody did."""
    participants: tuple[Participant, ...]
    """With the roles that they had at the end."""
    handovers: tuple[HandoverReport, ...] = ()
    trainees: tuple[TraineeReport, ...] = ()
    """Training: what each person did.  Empty in a drill that counts."""
    params: dict[str, str]
    source: dict[str, str]
    """Outputs of the step that opened the source: host, dbname, server_version, kind, …"""
    target: dict[str, str]
    isolation: dict[str, str] = {}
    """`level`, `detail`, `proof` and `inert`: how the target was cut off, what proved it, and what in the
    restored database could act on the outside.  Empty if no step told."""
    backup: dict[str, str]
    tools: dict[str, str]
    host: str
    user: str
    cleanup: CleanupResult
    leftovers: tuple[str, ...]
    recovered: int
    """How often a new process took this run over after a crash."""
    score: dict[str, str] = {}
    """Outputs of the step that broke copies on purpose; empty for a drill without one."""
    coverage: tuple[str, ...]
    """What this drill did not test, in sentences."""
    earlier: Earlier = Earlier()
    """What the page compares this drill with: as it was when the drill began."""
    follows: tuple[FollowedDrill, ...] = ()
    """The chain: the journals of the same folder that this drill follows, by their SHA-256."""
    files: tuple[LeftFile, ...] | None = None
    """Logs and other files of the run, with their SHA-256 when it ended; None for a run that was cut off."""
    journal_sha256: str | None = None
    """SHA-256 of the file `events.jsonl` that the report was made from, as `sha256sum` prints it."""

    @property
    def counts(self) -> bool:
        """Whether it was a drill at all."""
        return not self.training and self.mode in COUNT

    @property
    def waived(self) -> tuple[CriterionReport, ...]:
        """Criteria that were excused from being proven."""
        return tuple(criterion for criterion in self.criteria if criterion.is_waived)
