"""The timeline picture: which step ran when, who was waited for, and what counts as recovery time.

Geometry only, in the units of the picture; the template draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from drill_tui.engine.record.events import Outcome, Result
from drill_tui.sinks.words import RESULT_MARK, flat, outcome_word, time_label
from drill_tui.verdict.moments import PACES
from drill_tui.verdict.report import GateReport, Report, StepReport
from drill_tui.verdict.wording import duration_words

WIDTH: Final = 1000.0
LEFT: Final = 290.0
"""Where the bars begin; step titles stand before it."""
RIGHT: Final = 905.0
"""Where the bars end; lengths stand after it."""
TOP: Final = 46.0
ROW: Final = 25.0
PEOPLE_ROW: Final = 15.0
BAR: Final = 13.0
MIN_BAR: Final = 2.0
TITLE_CHARS: Final = 36
PEOPLE_CHARS: Final = 96
TICK_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
MAX_TICKS: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """`kind` names its colour: a step's result, `wait`, `pause` or `down`."""

    x: float
    y: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    y: float
    """Where its text's baseline lies."""
    mark: str
    title: str
    kind: str
    length: str
    people: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    rows: tuple[Row, ...]
    bands: tuple[Bar, ...]
    """Pauses and times without a process, across all rows."""
    ticks: tuple[Tick, ...]
    measured: Bar | None
    """The span of the recovery time."""


@dataclass(frozen=True, slots=True)
class Scale:
    begin: float
    seconds: float

    def x(self, at: float) -> float:
        share = (at - self.begin) / self.seconds
        return round(LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, share)), 2)

    def bar(self, start: float, seconds: float, y: float, kind: str, title: str) -> Bar:
        x = min(self.x(start), RIGHT - MIN_BAR)
        return Bar(x, y, round(max(MIN_BAR, self.x(start + seconds) - x), 2), kind, title)


def timeline(report: Report) -> Timeline:
    """The picture of a drill: its steps that ran, in order."""
    scale = Scale(_epoch_s(report.timestamp), max(report.duration_s, 0.001))
    rows: list[Row] = []
    y = TOP
    for step in report.steps:
        if step.started_at is None:
            continue
        rows.append(_row(step, step.started_at, report, scale, y))
        y += ROW + (PEOPLE_ROW if rows[-1].people else 0)
    return Timeline(
        width=WIDTH,
        height=y + 26,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=y,
        rows=tuple(rows),
        bands=tuple(_bands(report, scale, y)),
        ticks=tuple(_ticks(scale)),
        measured=_measured(report, scale),
    )


def _row(step: StepReport, started_at: str, report: Report, scale: Scale, y: float) -> Row:
    length = duration_words(step.duration_s)
    said = f"{flat(step.title)}: {outcome_word(step.outcome)} in {length}"
    bar_y = y + (ROW - BAR) / 2
    gates = [gate for gate in report.gates if gate.step == step.id]
    bars = [scale.bar(_epoch_s(started_at), step.duration_s, bar_y, step.result, said)]
    bars += _failed_attempts(step, scale, bar_y)
    bars += _waits(step, gates, report, scale, bar_y)
    return Row(
        y=y + ROW / 2 + 4.5,
        mark=RESULT_MARK[step.result],
        title=_short(flat(step.title), TITLE_CHARS),
        kind=step.result,
        length=length,
        people=_short("; ".join(_people(gate) for gate in gates), PEOPLE_CHARS),
        bars=tuple(bars),
    )


def _failed_attempts(step: StepReport, scale: Scale, y: float) -> Iterator[Bar]:
    for attempt in step.attempts[:-1]:
        if attempt.outcome is not Outcome.PASSED:
            said = f"attempt {attempt.attempt}: {outcome_word(attempt.outcome)} – {flat(attempt.reason)}"
            yield scale.bar(_epoch_s(attempt.started_at), attempt.duration_s, y, Result.FAIL, said)


def _waits(
    step: StepReport, gates: list[GateReport], report: Report, scale: Scale, y: float
) -> Iterator[Bar]:
    for gate in gates:
        asked = f"{flat(gate.prompt)} {gate.answer} after {duration_words(gate.wait_s)}"
        yield scale.bar(_epoch_s(gate.opened_at), gate.wait_s, y, "wait", asked)
    for choice in report.choices:
        if choice.step == step.id:
            said = f"{flat(choice.by)} chose to {choice.choice} after {duration_words(choice.wait_s)}"
            yield scale.bar(_epoch_s(choice.at) - choice.wait_s, choice.wait_s, y, "wait", said)


def _people(gate: GateReport) -> str:
    names = " and ".join(f"{flat(s.name)} ({flat(s.role)})" if s.role else flat(s.name) for s in gate.by)
    waited = f" after {duration_words(gate.wait_s)}" if gate.wait_s >= 1 else ""
    return f"{gate.answer}{f' by {names}' if names else ''}{waited}"


def _bands(report: Report, scale: Scale, bottom: float) -> Iterator[Bar]:
    for pause in report.pauses:
        who = "stands still:" if pause.by in PACES else f"paused by {flat(pause.by)}:"
        title = f"{who} {flat(pause.reason)}"
        yield scale.bar(_epoch_s(pause.at), pause.duration_s, TOP, "pause", title)
    for taken in report.recoveries:
        title = f"no process for {duration_words(taken.down_s)}, then {taken.how}"
        yield scale.bar(_epoch_s(taken.at) - taken.down_s, taken.down_s, TOP, "down", title)


def _ticks(scale: Scale) -> Iterator[Tick]:
    fitting = (s for s in TICK_STEPS_S if scale.seconds / s <= MAX_TICKS)
    step_s = next(fitting, TICK_STEPS_S[-1] * max(1, round(scale.seconds / TICK_STEPS_S[-1] / MAX_TICKS)))
    passed = 0
    while passed <= scale.seconds:
        yield Tick(scale.x(scale.begin + passed), _clock(passed))
        passed += step_s


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _measured(report: Report, scale: Scale) -> Bar | None:
    rto = report.rto
    if rto.started_at is None or rto.wall_s is None:
        return None
    title = f"{time_label(report)} {duration_words(rto.wall_s)}"
    return scale.bar(_epoch_s(rto.started_at), rto.wall_s, TOP - 12, "measured", title)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _epoch_s(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
