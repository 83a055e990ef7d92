"""The part of a report that a series of drills needs.

Read by msgspec straight from the bytes: what is not named here is skipped without becoming Python objects,
so thousands of reports are read in a second.
"""

from __future__ import annotations

import json
from datetime import date, datetime

import msgspec

from drill_tui.verdict.measured import FAST


class Facts(msgspec.Struct, frozen=True, gc=False):
    pass


class RtoFacts(Facts, frozen=True):
    objective_s: float | None
    wall_s: float | None
    machine_s: float | None
    profile: str = ""
    measured_from: str | None = None
    measured_plus: tuple[str, ...] = ()
    measured_to: str | None = None

    @property
    def is_recovery_time(self) -> bool:
        """A time under the profile fast is never called one."""
        return self.profile != FAST


class RpoFacts(Facts, frozen=True):
    actual_s: float | None


class RunbookFacts(Facts, frozen=True):
    id: str


class RestorePhases(Facts, frozen=True):
    """What restore.sh told of where its time went, in busy seconds of all its workers."""

    jobs: int = 0
    busy_s: dict[str, float] = {}
    tables: tuple[tuple[str, float], ...] = ()
    """The slowest ones."""


NO_PHASES = RestorePhases()


class StepOutputs(Facts, frozen=True):
    restore_phases: str = ""

    def phases(self) -> RestorePhases:
        """Of drills of older versions, and where it cannot be read, there are none."""
        try:
            return msgspec.json.decode(self.restore_phases, type=RestorePhases)
        except (msgspec.MsgspecError, RecursionError):
            return NO_PHASES


NO_OUTPUTS = StepOutputs()


class StepFacts(Facts, frozen=True):
    id: str
    started_at: str | None
    duration_s: float
    wait_s: float
    outputs: StepOutputs = NO_OUTPUTS


class AgreedFacts(Facts, frozen=True):
    """An action that the debrief agreed on."""

    what: str
    owner: str
    until: date


class PersonFacts(Facts, frozen=True):
    name: str


class TargetFacts(Facts, frozen=True):
    kind: str = ""


class SourceFacts(Facts, frozen=True):
    kind: str = ""
    host: str = ""
    port: str = ""
    dbname: str = ""
    system_identifier: str = ""
    size_bytes: str | int | None = None

    def address(self) -> dict[str, str]:
        names = ("host", "port", "dbname", "system_identifier")
        return {name: getattr(self, name) for name in names}


class BackupFacts(Facts, frozen=True):
    backup: str = ""
    url: str = ""
    """Where it lies in a store; `backup` is then a path that is gone."""
    checksums_sha256: str = ""
    snapshot_at: str = ""
    source_host: str = ""
    source_port: str = ""
    source_dbname: str = ""
    source_system_identifier: str = ""
    source_size_bytes: str | int | None = None
    """Of the database that the backup was taken of, where the drill did not open it itself."""

    def address(self) -> dict[str, str]:
        names = ("source_host", "source_port", "source_dbname", "source_system_identifier")
        return {name: getattr(self, name) for name in names}


class ToolFacts(Facts, frozen=True):
    """What the drill was made with; drills of older versions recorded less."""

    drill_tui: str | None = msgspec.field(default=None, name="drill-tui")
    code_sha256: str | None = None
    procedure_sha256: str | None = None
    schema_sha256: str | None = None
    client_version: str | None = None
    server_version: str | None = None
    cores: str | int | None = None

    def fingerprints(self) -> dict[str, str]:
        """What `due` compares, by its name there."""
        told = {
            "procedure_sha256": self.procedure_sha256,
            "drill-tui": self.drill_tui,
            "code_sha256": self.code_sha256,
            "schema_sha256": self.schema_sha256,
            "client_version": self.client_version,
            "server_version": self.server_version,
        }
        return {name: value for name, value in told.items() if value is not None}


class ScoreFacts(Facts, frozen=True):
    """Outputs of the step that scored the drill; outputs are texts."""

    tried: str | None = None
    noticed: str | None = None


NO_SCORE = ScoreFacts()


class ReportFacts(Facts, frozen=True, kw_only=True):
    run_id: str
    timestamp: datetime
    runbook: RunbookFacts
    mode: str
    verdict: str
    failure_reason: str | None
    host: str = ""
    rto: RtoFacts
    rpo: RpoFacts
    steps: tuple[StepFacts, ...]
    participants: tuple[PersonFacts, ...]
    source: SourceFacts
    target: TargetFacts
    backup: BackupFacts
    tools: ToolFacts
    score: ScoreFacts = NO_SCORE
    agreed: tuple[AgreedFacts, ...] = ()


class BrokenReportError(ValueError):
    """A report that lacks a fact, or is none: which, and why."""


_DECODER = msgspec.json.Decoder(ReportFacts)


def facts_of(text: bytes) -> ReportFacts:
    """Raises BrokenReportError."""
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        return _again(text, error)


def _again(text: bytes, first: Exception) -> ReportFacts:
    """By the standard library: a lone surrogate, which a log may hold, is an error to the fast one only."""
    try:
        return msgspec.convert(json.loads(text), ReportFacts)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BrokenReportError(str(first)) from None


def whole_number(text: str | int | None) -> int | None:
    """None also for nothing and for zero.  Raises BrokenReportError."""
    try:
        return int(text) or None if text else None
    except ValueError:
        raise BrokenReportError(f"{text!r} is no number") from None
