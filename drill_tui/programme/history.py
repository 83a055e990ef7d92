"""The series of past drills as one value, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from drill_tui.programme.agreed_actions import AgreedAction
from drill_tui.programme.incident import stamp
from drill_tui.programme.shelf import PastDrill, Shelf
from drill_tui.programme.statistics import (
    StepTimes,
    recovery_times,
    regressions,
    step_times,
    trend_s_per_drill,
)


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
    faults_tried: int | None = None
    faults_noticed: int | None = None
    steps_s: dict[str, float]
    """Working seconds by step; waits for people are left out."""


class StepStatistics(Part):
    """One step, or the machine's recovery time: working seconds over the passing drills of one runbook."""

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
    """Growth of the machine's recovery time from one passing drill to the next, over the last 24."""
    recovery: StepStatistics | None
    steps: tuple[StepStatistics, ...]
    regressions: tuple[str, ...]
    faults_tried: int | None = None
    """In the last drill that was scored."""
    faults_noticed: int | None = None

    @property
    def times(self) -> tuple[StepStatistics, ...]:
        """The recovery, where it was measured, and then the steps."""
        return self.steps if self.recovery is None else (self.recovery, *self.steps)


class History(Part):
    schema_version: int = 1
    drills: tuple[HistoryRow, ...]
    """The oldest first."""
    runbooks: tuple[RunbookHistory, ...]
    broken: tuple[str, ...]
    """Reports that could not be read, each with the reason."""
    open_actions: tuple[AgreedAction, ...] = ()
    """What debriefs agreed on and nobody has done yet."""


def history(
    shelf: Shelf,
    *,
    runbook: str | None = None,
    limit: int | None = None,
    actions: Iterable[AgreedAction] = (),
) -> History:
    """All drills, or those of one runbook; `limit` shortens the list, never the statistics."""
    drills = shelf.drills if runbook is None else shelf.of(runbook)
    names = dict.fromkeys(drill.runbook for drill in drills)
    shown = drills[-limit:] if limit else drills
    return History(
        drills=tuple(_row(drill) for drill in shown),
        runbooks=tuple(_runbook(name, [d for d in drills if d.runbook == name]) for name in names),
        broken=shelf.broken,
        open_actions=tuple(a for a in actions if a.done is None and runbook in (None, a.runbook)),
    )


def to_csv(past: History) -> str:
    """One line per drill, with a heading; at its end a column for each step."""
    names = [name for name in HistoryRow.model_fields if name != "steps_s"]
    steps = list(dict.fromkeys(step for row in past.drills for step in row.steps_s))
    rows = [
        [*(getattr(row, name) for name in names), *(row.steps_s.get(step) for step in steps)]
        for row in past.drills
    ]
    return _csv([*names, *(f"step_{step}_s" for step in steps)], rows)


def steps_to_csv(past: History) -> str:
    """One line per runbook and step, the recovery first; with the sentence where it became slow."""
    names = list(StepStatistics.model_fields)
    rows: list[list[object]] = []
    for book in past.runbooks:
        slow = {sentence.partition(" took ")[0]: sentence for sentence in book.regressions}
        rows += [
            [book.runbook, *(getattr(step, name) for name in names), slow.get(step.step, "")]
            for step in book.times
        ]
    return _csv(["runbook", *names, "regression"], rows)


def _csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows([_inert_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _inert_cell(value: object) -> object:
    """A spreadsheet takes text that begins like a formula for one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def _row(drill: PastDrill) -> HistoryRow:
    """Without a second validation: the shelf has held every fact to its type."""
    return HistoryRow.model_construct(
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
        faults_tried=drill.faults_tried,
        faults_noticed=drill.faults_noticed,
        steps_s={name: round(seconds, 3) for name, seconds in drill.steps.items()},
    )


def _runbook(name: str, drills: Sequence[PastDrill]) -> RunbookHistory:
    recovery = recovery_times(drills)
    scored = next((drill for drill in reversed(drills) if drill.faults_tried is not None), None)
    return RunbookHistory(
        runbook=name,
        drills=len(drills),
        passed=sum(drill.passed for drill in drills),
        rto_trend_s_per_drill=trend_s_per_drill(drills),
        recovery=None if recovery is None else _statistics(recovery),
        steps=tuple(_statistics(times) for times in step_times(drills)),
        regressions=tuple(regression.sentence() for regression in regressions(drills)),
        faults_tried=scored.faults_tried if scored else None,
        faults_noticed=scored.faults_noticed if scored else None,
    )


def _statistics(times: StepTimes) -> StepStatistics:
    return StepStatistics(
        step=times.step,
        count=times.count,
        median_s=times.median_s,
        p90_s=times.p90_s,
        last_s=times.last_s,
    )
