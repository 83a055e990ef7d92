"""Past drills, as their reports tell them: what history, due and the screens need, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drill_tui.programme.database import UNKNOWN, Database, named_in
from drill_tui.programme.report_facts import (
    NO_PHASES,
    AgreedFacts,
    ReportFacts,
    RestorePhases,
    StepFacts,
    facts_of,
    whole_number,
)
from drill_tui.runbook.mode import COUNT

REPORTS = "restore_drill_*.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDrill:
    """One report.  Times of day are seconds since the epoch, spans are seconds."""

    run_id: str
    path: Path
    at: float
    runbook: str
    mode: str
    verdict: str
    rto_wall_s: float | None
    rto_machine_s: float | None
    rto_objective_s: float | None
    rpo_s: float | None
    size_bytes: int | None
    """Size of the source database."""
    failure_reason: str
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """What `due` compares by name (due.WHAT_CHANGED), where it was recorded."""
    backup: str = ""
    backup_checksums_sha256: str = ""
    """Of the backup's checksums.sha256; empty for a dump without one, and where it was not reached."""
    backup_snapshot_at: str = ""
    """When its data is from, as the drill found it."""
    demo: bool = False
    """Whether it was the generated demo database, which proves nothing about anybody's own."""
    database: Database = UNKNOWN
    """What was drilled, as far as the report tells."""
    target: str = ""
    """Where it was restored to: `local`, `compose` or `external`."""
    people: tuple[str, ...] = ()
    faults_tried: int | None = None
    """Faults that were put into copies, where the drill was scored."""
    faults_noticed: int | None = None
    """Of those, noticed by the criterion that ought to notice."""
    steps: Mapping[str, float] = field(default_factory=dict)
    """Working seconds by step id, waits for people taken out."""
    machine: str = ""
    """The host that the drill ran on."""
    cores: int | None = None
    recovery_s: Mapping[str, float] = field(default_factory=dict)
    """Of `steps`, those inside of the measured recovery."""
    restored_by: str = ""
    """The step that told where the restore's time went; empty where none did."""
    phases: RestorePhases = NO_PHASES
    agreed: tuple[AgreedFacts, ...] = ()
    """What its debrief agreed on."""

    @property
    def counts(self) -> bool:
        """Neither training nor a real recovery is a drill."""
        return self.mode in COUNT

    @property
    def passed(self) -> bool:
        return self.verdict == "pass" and self.counts

    @property
    def run_dir(self) -> Path:
        return self.path.parent / self.run_id


@dataclass(frozen=True, slots=True)
class Shelf:
    """Past drills, the oldest first, and the reports that could not be read, each with the reason."""

    drills: tuple[PastDrill, ...] = ()
    broken: tuple[str, ...] = ()

    def of(self, runbook: str) -> tuple[PastDrill, ...]:
        return tuple(drill for drill in self.drills if drill.runbook == runbook)

    def last(self, runbook: str) -> PastDrill | None:
        """The last drill of a runbook that counts."""
        return next((drill for drill in reversed(self.of(runbook)) if drill.counts), None)


def measured(drills: Iterable[PastDrill]) -> list[PastDrill]:
    """Those that passed and measured the machine's recovery time: what its statistics rest on."""
    return [drill for drill in drills if drill.passed and drill.rto_machine_s is not None]


def read_shelf(artifacts_dir: Path) -> Shelf:
    """Every report in the folder; one that cannot be read is named, never in the way."""
    drills: list[PastDrill] = []
    broken: list[str] = []
    for path in artifacts_dir.glob(REPORTS):
        try:
            drills.append(_past_drill(path, facts_of(path.read_bytes())))
        except (OSError, ValueError, OverflowError) as error:
            broken.append(f"{path.name}: {error.strerror if isinstance(error, OSError) else error}")
    return Shelf(tuple(sorted(drills, key=lambda drill: (drill.at, drill.run_id))), tuple(sorted(broken)))


def _past_drill(path: Path, report: ReportFacts) -> PastDrill:
    restored = next((step for step in report.steps if step.outputs.restore_phases), None)
    phases = restored.outputs.phases() if restored else NO_PHASES
    return PastDrill(
        run_id=report.run_id,
        path=path,
        at=report.timestamp.timestamp(),
        runbook=report.runbook.id,
        mode=report.mode,
        verdict=report.verdict,
        rto_wall_s=report.rto.wall_s if report.rto.is_recovery_time else None,
        rto_machine_s=report.rto.machine_s if report.rto.is_recovery_time else None,
        rto_objective_s=report.rto.objective_s,
        rpo_s=report.rpo.actual_s,
        size_bytes=whole_number(report.source.size_bytes) or whole_number(report.backup.source_size_bytes),
        failure_reason=report.failure_reason or "",
        fingerprints=report.tools.fingerprints(),
        backup=report.backup.url or report.backup.backup,
        backup_checksums_sha256=report.backup.checksums_sha256,
        backup_snapshot_at=report.backup.snapshot_at,
        demo=report.source.kind == "demo",
        database=named_in(report.source.address(), report.backup.address()),
        target=report.target.kind,
        people=tuple(person.name for person in report.participants),
        faults_tried=_count(report.score.tried),
        faults_noticed=_count(report.score.noticed),
        steps=_working_s(report.steps),
        machine=report.host,
        cores=whole_number(report.tools.cores),
        recovery_s=_working_s(_measured(report)),
        restored_by=restored.id if restored and phases.busy_s else "",
        phases=phases,
        agreed=report.agreed,
    )


def _working_s(steps: Iterable[StepFacts]) -> dict[str, float]:
    return {s.id: max(0.0, s.duration_s - s.wait_s) for s in steps if s.started_at is not None}


def _measured(report: ReportFacts) -> tuple[StepFacts, ...]:
    """The steps between the points that the recovery time was measured from and to."""
    names = [step.id for step in report.steps]
    first, _, first_edge = (report.rto.measured_from or "").rpartition(".")
    last, _, last_edge = (report.rto.measured_to or "").rpartition(".")
    if first not in names or last not in names:
        return ()
    begin = names.index(first) + (first_edge == "end")
    before = (step for step in report.steps[:begin] if step.id in report.rto.measured_plus)
    return (*before, *report.steps[begin : names.index(last) + (last_edge == "end")])


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
