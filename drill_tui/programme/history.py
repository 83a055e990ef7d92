"""The series of past drills as one value, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from drill_tui.programme.incident import stamp
from drill_tui.programme.shelf import PastDrill, Shelf
from drill_tui.programme.statistics import regressions, step_times, trend_s_per_drill


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HistoryRow(Part):
    run_id: str
    at: str
    runbook: str
    mode: str
    verdict: str
    rto_wall_s: float | None
    rto_machine_s: float | None
    rto_objective_s: float | None
    rpo_s: float | None
    size_bytes: int | None
    failure_reason: str


class StepStatistics(Part):
    """Over the passing drills of one runbook, in working seconds."""

    step: str
    count: int
    median_s: float
    p90_s: float
    last_s: float


class RunbookHistory(Part):
    runbook: str
    drills: int
    passed: int
    rto_trend_s_per_drill: float | None
    """Growth of the machine's recovery time from one passing drill to the next."""
    steps: tuple[StepStatistics, ...]
    regressions: tuple[str, ...]


class History(Part):
    schema_version: int = 1
    drills: tuple[HistoryRow, ...]
    """The oldest first."""
    runbooks: tuple[RunbookHistory, ...]
    broken: tuple[str, ...]
    """Reports that could not be read, each with the reason."""


def history(shelf: Shelf, *, runbook: str | None = None, limit: int | None = None) -> History:
    """All drills, or those of one runbook; `limit` shortens the list, never the statistics."""
    drills = shelf.drills if runbook is None else shelf.of(runbook)
    names = dict.fromkeys(drill.runbook for drill in drills)
    shown = drills[-limit:] if limit else drills
    return History(
        drills=tuple(_row(drill) for drill in shown),
        runbooks=tuple(_runbook(name, [d for d in drills if d.runbook == name]) for name in names),
        broken=shelf.broken,
    )


def to_csv(past: History) -> str:
    """One line per drill, with a heading."""
    out = io.StringIO()
    names = list(HistoryRow.model_fields)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in past.drills:
        writer.writerow([_inert_cell(getattr(row, name)) for name in names])
    return out.getvalue()


def _inert_cell(value: object) -> object:
    """A spreadsheet takes text that begins like a formula for one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def _row(drill: PastDrill) -> HistoryRow:
    return HistoryRow(
        run_id=drill.run_id,
        at=stamp(drill.at),
        runbook=drill.runbook,
        mode=drill.mode,
        verdict=drill.verdict,
        rto_wall_s=drill.rto_wall_s,
        rto_machine_s=drill.rto_machine_s,
        rto_objective_s=drill.rto_objective_s,
        rpo_s=drill.rpo_s,
        size_bytes=drill.size_bytes,
        failure_reason=drill.failure_reason,
    )


def _runbook(name: str, drills: Sequence[PastDrill]) -> RunbookHistory:
    return RunbookHistory(
        runbook=name,
        drills=len(drills),
        passed=sum(drill.passed for drill in drills),
        rto_trend_s_per_drill=trend_s_per_drill(drills),
        steps=tuple(
            StepStatistics(
                step=times.step,
                count=times.count,
                median_s=times.median_s,
                p90_s=times.p90_s,
                last_s=times.last_s,
            )
            for times in step_times(drills)
        ),
        regressions=tuple(regression.sentence() for regression in regressions(drills)),
    )
