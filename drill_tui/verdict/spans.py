"""Stretches of time, and how much of one is covered by others.

Recovery time is shown as wall, machine and human time: the wall clock runs on while people
are waited for and while a crashed drill is down, the machine clock does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NOTHING_TO_DO_S = 1.0


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, both in seconds since the epoch."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanState:
    """One measured criterion's clock at one moment; all times in seconds.

    `wall_s` = `machine_s` + `human_s` + `down_s`.  All are 0 before the span begins.
    """

    wall_s: float = 0.0
    machine_s: float = 0.0
    human_s: float = 0.0
    down_s: float = 0.0
    objective_s: float | None = None
    began: bool = False
    ended: bool = False


def covered_s(spans: Iterable[Span], within: Span) -> float:
    """Seconds of `within` that at least one of `spans` covers; overlaps count once.

    >>> covered_s([Span(0, 4), Span(3, 6)], Span(1, 5))
    4.0
    """
    total, reached = 0.0, within.start
    for span in sorted(spans, key=lambda s: s.start):
        start, end = max(span.start, reached), min(span.end, within.end)
        if end > start:
            total += end - start
            reached = end
    return total


def split_time(
    within: Span, human: Iterable[Span], down: Iterable[Span], objective_s: float | None, ended: bool
) -> SpanState:
    """Divide `within` into machine, human and down time; where a wait and a crash overlap, it was down."""
    return split_times([within], human, down, objective_s, started=True, ended=ended)


def split_times(
    stretches: Iterable[Span],
    human: Iterable[Span],
    down: Iterable[Span],
    objective_s: float | None,
    *,
    started: bool,
    ended: bool,
) -> SpanState:
    """The same for several stretches that do not overlap, as one time.

    Before the main one has started, a step that had nothing to do begins no clock.
    """
    stretches, human, down = list(stretches), list(human), list(down)
    wall_s = sum(max(0.0, stretch.end - stretch.start) for stretch in stretches)
    down_s = sum(covered_s(down, stretch) for stretch in stretches)
    waited_s = sum(covered_s([*human, *down], stretch) for stretch in stretches)
    return SpanState(
        wall_s=wall_s,
        machine_s=wall_s - waited_s,
        human_s=waited_s - down_s,
        down_s=down_s,
        objective_s=objective_s,
        began=started or wall_s >= NOTHING_TO_DO_S,
        ended=ended,
    )
