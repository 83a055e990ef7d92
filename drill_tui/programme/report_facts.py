"""The part of a report that a series of drills needs.

Read by pydantic straight from the bytes: what is not named here is skipped without becoming Python objects,
so thousands of reports are read in a second.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from drill_tui.verdict.measured import FAST


class Facts(BaseModel):
    model_config = ConfigDict(frozen=True)


class RtoFacts(Facts):
    objective_s: float | None
    wall_s: float | None
    machine_s: float | None
    profile: str = ""
    measured_from: str | None = None
    measured_to: str | None = None

    @property
    def is_recovery_time(self) -> bool:
        """A time under the profile fast is never called one."""
        return self.profile != FAST


class RpoFacts(Facts):
    actual_s: float | None


class RunbookFacts(Facts):
    id: str


class RestorePhases(Facts):
    """What restore.sh told of where its time went, in busy seconds of all its workers."""

    jobs: int = 0
    busy_s: dict[str, float] = {}
    tables: tuple[tuple[str, float], ...] = ()
    """The slowest ones."""


def _phases(text: object) -> RestorePhases:
    """Of drills of older versions, and where it cannot be read, there are none."""
    try:
        return RestorePhases.model_validate_json(str(text))
    except ValidationError:
        return RestorePhases()


class StepOutputs(Facts):
    restore_phases: Annotated[RestorePhases, BeforeValidator(_phases)] = RestorePhases()


class StepFacts(Facts):
    id: str
    started_at: str | None
    duration_s: float
    wait_s: float
    outputs: StepOutputs = StepOutputs()


class PersonFacts(Facts):
    name: str


class TargetFacts(Facts):
    kind: str = ""


Size = Annotated[int | None, BeforeValidator(lambda value: value or None)]


class SourceFacts(Facts):
    kind: str = ""
    host: str = ""
    port: str = ""
    dbname: str = ""
    system_identifier: str = ""
    size_bytes: Size = None


class BackupFacts(Facts):
    backup: str = ""
    checksums_sha256: str = ""
    snapshot_at: str = ""
    source_host: str = ""
    source_port: str = ""
    source_dbname: str = ""
    source_system_identifier: str = ""
    source_size_bytes: Size = None
    """Of the database that the backup was taken of, where the drill did not open it itself."""


class ToolFacts(Facts):
    """What the drill was made with; drills of older versions recorded less."""

    procedure_sha256: str | None = None
    schema_sha256: str | None = None
    client_version: str | None = None
    server_version: str | None = None
    cores: int | None = None


class ScoreFacts(Facts):
    tried: int | None = None
    noticed: int | None = None


class ReportFacts(Facts):
    """Missing or mistyped facts are a ValidationError: the report is broken."""

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
    score: ScoreFacts = ScoreFacts()
