"""What lies on disk: runbooks to drill, and drills that were run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drill_tui.runbook.mode import Mode
from drill_tui.tui.laps import Laps
from drill_tui.tui.wording import timestamp_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDrill:
    """What lists and charts need of a report; the rest is read when the drill is opened."""

    run_id: str
    path: Path
    at: float
    runbook: str
    mode: str
    verdict: str
    rto_s: float | None
    rto_objective_s: float | None
    rpo_s: float | None
    target: str
    people: tuple[str, ...]
    failure_reason: str
    steps: Mapping[str, float] = field(default_factory=dict)
    """Working seconds by step id."""

    @property
    def counts(self) -> bool:
        """Training never counts as a drill."""
        return self.mode != Mode.TRAINING

    @property
    def run_dir(self) -> Path:
        return self.path.parent / self.run_id


@dataclass(frozen=True, slots=True)
class Shelf:
    """Past drills, the newest first, and the reports that could not be read."""

    drills: tuple[PastDrill, ...] = ()
    broken: tuple[str, ...] = ()

    def of(self, runbook: str) -> tuple[PastDrill, ...]:
        return tuple(drill for drill in self.drills if drill.runbook == runbook)

    def last(self, runbook: str) -> PastDrill | None:
        """The last drill that counts."""
        return next((drill for drill in self.of(runbook) if drill.counts), None)

    def laps(self, runbook: str) -> Laps:
        passed = [d.steps for d in reversed(self.of(runbook)) if d.counts and d.verdict == "pass"]
        return Laps.of(passed)


def read_shelf(artifacts_dir: Path) -> Shelf:
    """Every report in the folder; one that cannot be read is named, never in the way."""
    drills: list[PastDrill] = []
    broken: list[str] = []
    for path in artifacts_dir.glob("restore_drill_*.json"):
        try:
            drills.append(_past_drill(path, json.loads(path.read_bytes())))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            broken.append(f"{path.name}: {type(error).__name__}: {error}")
    return Shelf(tuple(sorted(drills, key=lambda drill: -drill.at)), tuple(sorted(broken)))


def runbook_files(runbooks_dir: Path) -> list[Path]:
    """The runbooks of a project, by name."""
    return sorted({*runbooks_dir.glob("*.yaml"), *runbooks_dir.glob("*.yml")})


def _past_drill(path: Path, report: Mapping[str, Any]) -> PastDrill:
    rto, rpo = report["rto"], report["rpo"]
    return PastDrill(
        run_id=str(report["run_id"]),
        path=path,
        at=timestamp_seconds(report["timestamp"]),
        runbook=str(report["runbook"]["id"]),
        mode=str(report["mode"]),
        verdict=str(report["verdict"]),
        rto_s=rto["wall_s"],
        rto_objective_s=rto["objective_s"],
        rpo_s=rpo["actual_s"],
        target=str(report["target"].get("kind", "")),
        people=tuple(str(person["name"]) for person in report["participants"]),
        failure_reason=str(report["failure_reason"] or ""),
        steps=_step_times(report["steps"]),
    )


def _step_times(steps: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    return {
        str(step["id"]): float(step["duration_s"]) - float(step["wait_s"])
        for step in steps
        if step["started_at"] is not None
    }
