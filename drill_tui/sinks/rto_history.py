"""The picture of recovery times over past drills: geometry only, in the units of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from drill_tui.engine.record.earlier import EarlierDrill
from drill_tui.verdict.report import Report
from drill_tui.verdict.wording import duration_words

WIDTH: Final = 1000.0
LEFT: Final = 90.0
RIGHT: Final = 985.0
TOP: Final = 26.0
BOTTOM: Final = 168.0
HEIGHT: Final = 196.0
MOST: Final = 24
"""Drills in one picture, this one included; with more, the dots would touch."""
OBJECTIVE_WITHIN: Final = 3.0
"""An objective further away than so many times the longest recovery would press all dots flat."""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    passed: bool
    is_this: bool
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class RtoHistory:
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    dots: tuple[Dot, ...]
    line: str
    """Points of the line through the drills that passed."""
    highest: str
    objective_y: float | None
    """None where there is no objective, or it is far above the picture."""
    objective: str
    dates: tuple[Label, ...]


def rto_history(report: Report) -> RtoHistory | None:
    """None unless at least two drills have a recovery time."""
    now = datetime.fromisoformat(report.timestamp).timestamp()
    told = report.rto.wall_s if report.rto.met is not None and report.counts else None
    this = EarlierDrill(at=now, verdict=report.verdict, rto_wall_s=told)
    measured = [(d, d.rto_wall_s) for d in (*report.earlier.drills, this) if d.rto_wall_s is not None][-MOST:]
    if len(measured) < 2:
        return None
    objective_s = report.rto.objective_s
    longest_s = max(seconds for _, seconds in measured)
    in_reach = objective_s is not None and objective_s <= OBJECTIVE_WITHIN * longest_s
    top_s = max(longest_s, objective_s if in_reach and objective_s else 0.0) * 1.08 or 1.0

    def y(seconds: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * seconds / top_s, 2)

    gap = (RIGHT - LEFT) / len(measured)
    dots = tuple(
        Dot(
            x=round(LEFT + gap * (number + 0.5), 2),
            y=y(seconds),
            passed=drill.verdict == "pass",
            is_this=drill is this,
            title=f"{_day(drill.at)}, {drill.verdict}: {duration_words(seconds)}",
        )
        for number, (drill, seconds) in enumerate(measured)
    )
    return RtoHistory(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
        dots=dots,
        line=" ".join(f"{dot.x},{dot.y}" for dot in dots if dot.passed),
        highest=duration_words(longest_s),
        objective_y=y(objective_s) if in_reach and objective_s is not None else None,
        objective="" if objective_s is None else duration_words(objective_s),
        dates=(
            Label(dots[0].x, _day(measured[0][0].at), "start"),
            Label(dots[-1].x, _day(measured[-1][0].at), "end"),
        ),
    )


def _day(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment.day} {moment:%b %Y}"
