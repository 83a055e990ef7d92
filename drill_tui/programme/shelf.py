"""Past drills, as their reports tell them: what history, due and the screens need, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from drill_tui.runbook.mode import Mode

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
    """`procedure_sha256`, `schema_sha256`, `client_version`, `server_version`, where they were recorded."""
    backup: str = ""
    steps: Mapping[str, float] = field(default_factory=dict)
    """Working seconds by step id, waits for people taken out."""

    @property
    def passed(self) -> bool:
        """Training never counts as a drill."""
        return self.verdict == "pass" and self.mode != Mode.TRAINING

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


def read_shelf(artifacts_dir: Path) -> Shelf:
    """Every report in the folder; one that cannot be read is named, never in the way."""
    drills: list[PastDrill] = []
    broken: list[str] = []
    for path in artifacts_dir.glob(REPORTS):
        try:
            drills.append(_past_drill(path, json.loads(path.read_bytes())))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            broken.append(f"{path.name}: {type(error).__name__}: {error}")
    return Shelf(tuple(sorted(drills, key=lambda drill: (drill.at, drill.run_id))), tuple(sorted(broken)))


FINGERPRINTS = ("procedure_sha256", "schema_sha256", "client_version", "server_version")


def _past_drill(path: Path, report: Mapping[str, Any]) -> PastDrill:
    rto, size = report["rto"], report["source"].get("size_bytes")
    return PastDrill(
        run_id=str(report["run_id"]),
        path=path,
        at=datetime.fromisoformat(report["timestamp"]).timestamp(),
        runbook=str(report["runbook"]["id"]),
        mode=str(report["mode"]),
        verdict=str(report["verdict"]),
        rto_wall_s=rto["wall_s"],
        rto_machine_s=rto["machine_s"],
        rto_objective_s=rto["objective_s"],
        rpo_s=report["rpo"]["actual_s"],
        size_bytes=int(size) if size else None,
        failure_reason=str(report["failure_reason"] or ""),
        fingerprints={name: str(report["tools"][name]) for name in FINGERPRINTS if name in report["tools"]},
        backup=str(report["backup"].get("backup", "")),
        steps=_step_times(report["steps"]),
    )


def _step_times(steps: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    return {
        str(step["id"]): max(0.0, float(step["duration_s"]) - float(step["wait_s"]))
        for step in steps
        if step["started_at"] is not None
    }
