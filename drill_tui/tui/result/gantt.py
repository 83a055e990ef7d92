"""When each step of a drill worked, and when people were waited for: geometry only, in seconds and cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drill_tui.engine.record.events import Outcome
from drill_tui.sinks.timeline import TICK_STEPS_S
from drill_tui.verdict.report import Report, StepReport


class Kind(StrEnum):
    """What a stretch of a row is."""

    WORK = "work"
    FAILED = "failed"
    """An attempt that did not pass."""
    PEOPLE = "people"
    DOWN = "down"
    """No process drove the drill."""
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds since the drill began."""

    start: float
    end: float
    kind: Kind

    def overlap(self, start: float, end: float) -> float:
        return min(self.end, end) - max(self.start, start)


@dataclass(frozen=True, slots=True)
class Row:
    step: StepReport
    stretches: tuple[Stretch, ...]
    """One after the other, without a gap inside of the step."""
    budget_at: float | None
    """When its budget ran out, or would have; waits for people are not counted."""
    best_at: float | None
    """When the best earlier drill was done with this step, had it begun when this one did."""


@dataclass(frozen=True, slots=True)
class Gantt:
    seconds: float
    rows: tuple[Row, ...]
    measured: Stretch | None
    """The recovery time."""


def gantt(report: Report, best: Mapping[str, float]) -> Gantt:
    """Of the steps that ran; `best` holds working seconds by step id."""
    began = _epoch_s(report.timestamp)
    ran = [(step, _epoch_s(step.started_at) - began) for step in report.steps if step.started_at]
    before = _before(report, began, ran)
    rows = tuple(
        _row(step, start, report, began, before.get(step.id, []), best.get(step.id)) for step, start in ran
    )
    rto = report.rto
    measured = None
    if rto.started_at is not None and rto.wall_s is not None:
        start = _epoch_s(rto.started_at) - began
        measured = Stretch(start, start + rto.wall_s, Kind.MEASURED)
    return Gantt(max(report.duration_s, 0.001), rows, measured)


def _row(
    step: StepReport,
    start: float,
    report: Report,
    began: float,
    before: list[Stretch],
    best_s: float | None,
) -> Row:
    end = start + step.duration_s
    held = [*_waits(step, report, began), *_downs(report, began)]
    inside = _without_overlap(
        Stretch(max(start, s.start), min(end, s.end), s.kind) for s in held if s.overlap(start, end) > 0
    )
    stretches = tuple(_filled(start, end, inside, _failures(step, began)))
    return Row(
        step=step,
        stretches=(*before, *stretches),
        budget_at=_after_work(start, inside, step.budget_s),
        best_at=_after_work(start, inside, best_s),
    )


def _before(report: Report, began: float, ran: list[tuple[StepReport, float]]) -> dict[str, list[Stretch]]:
    """When the drill stood still before a step began: pauses, and its own pace."""
    found: dict[str, list[Stretch]] = {}
    for pause in report.pauses:
        at = _epoch_s(pause.at) - began
        coming = next((step.id for step, start in ran if start >= at), None)
        if coming is not None:
            found.setdefault(coming, []).append(Stretch(at, at + pause.duration_s, Kind.PEOPLE))
    return found


def _waits(step: StepReport, report: Report, began: float) -> Iterator[Stretch]:
    for gate in report.gates:
        if gate.step == step.id:
            at = _epoch_s(gate.opened_at) - began
            yield Stretch(at, at + gate.wait_s, Kind.PEOPLE)
    for choice in report.choices:
        if choice.step == step.id:
            at = _epoch_s(choice.at) - began
            yield Stretch(at - choice.wait_s, at, Kind.PEOPLE)


def _downs(report: Report, began: float) -> Iterator[Stretch]:
    for taken in report.recoveries:
        at = _epoch_s(taken.at) - began
        yield Stretch(at - taken.down_s, at, Kind.DOWN)


def _failures(step: StepReport, began: float) -> list[Stretch]:
    return [
        Stretch(at, at + attempt.duration_s, Kind.FAILED)
        for attempt in step.attempts
        if attempt.outcome is not Outcome.PASSED
        for at in (_epoch_s(attempt.started_at) - began,)
    ]


def _without_overlap(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order of time; of two at once the one that began first."""
    kept: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda s: (s.start, s.end)):
        start = max(stretch.start, kept[-1].end) if kept else stretch.start
        if start < stretch.end:
            kept.append(Stretch(start, stretch.end, stretch.kind))
    return kept


def _filled(start: float, end: float, held: list[Stretch], failed: list[Stretch]) -> Iterator[Stretch]:
    """What was held up, and between it the work."""
    reached = start
    for stretch in [*held, Stretch(end, end, Kind.WORK)]:
        if stretch.start > reached:
            bad = any(f.overlap(reached, stretch.start) > 0 for f in failed)
            yield Stretch(reached, stretch.start, Kind.FAILED if bad else Kind.WORK)
        if stretch.end > stretch.start:
            yield stretch
        reached = max(reached, stretch.end)
    if reached == start:
        yield Stretch(start, end, Kind.FAILED if failed else Kind.WORK)


def _after_work(start: float, held: list[Stretch], seconds: float | None) -> float | None:
    """The moment at which this much was worked, counted on after the step's end."""
    if seconds is None:
        return None
    at = start + seconds
    for stretch in held:
        if stretch.start <= at:
            at += stretch.end - stretch.start
    return at


def cells(row: Iterable[Stretch], seconds: float, width: int) -> list[Kind | None]:
    """What each cell of an axis shows: most of what lies in it; a step too short for a cell has one too."""
    stretches = list(row)
    unit = seconds / width
    drawn: list[Kind | None] = []
    for cell in range(width):
        inside = {s.kind: 0.0 for s in stretches}
        for stretch in stretches:
            inside[stretch.kind] += max(0.0, stretch.overlap(cell * unit, (cell + 1) * unit))
        most = max(inside, key=lambda kind: inside[kind], default=None)
        drawn.append(most if most is not None and sum(inside.values()) >= unit / 2 else None)
    if stretches and not any(drawn):
        longest = max(stretches, key=lambda s: s.end - s.start)
        drawn[cell_of((longest.start + longest.end) / 2, seconds, width)] = longest.kind
    return drawn


def cell_of(at: float, seconds: float, width: int) -> int:
    """The cell that a moment lies in; the end of the axis lies in its last one.

    >>> cell_of(0, 60, 20), cell_of(59, 60, 20), cell_of(60, 60, 20)
    (0, 19, 19)
    """
    return max(0, min(width - 1, int(at / seconds * width)))


def ticks(seconds: float, width: int, apart: int = 8) -> list[tuple[int, int]]:
    """Cells and the whole seconds that stand there, at least so many cells apart.

    >>> ticks(240, 48)
    [(0, 0), (12, 60), (24, 120), (36, 180)]
    """
    long_enough = (s for s in TICK_STEPS_S if s * width / seconds >= apart)
    step_s = next(long_enough, TICK_STEPS_S[-1] * -(-apart * int(seconds) // (width * TICK_STEPS_S[-1])))
    return [(int(at * width / seconds), at) for at in range(0, int(seconds) + 1, max(1, step_s))]


def _epoch_s(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
