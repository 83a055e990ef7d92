"""The year around today: what was drilled in each month, what was missed, and when the next drills are due.

A month that is over is judged as `due` would have judged it on its last day.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import IntEnum
from itertools import pairwise
from typing import Final

from drill_tui.programme.database import UNKNOWN, Database
from drill_tui.programme.due import proving, rhythms, state_at
from drill_tui.programme.shelf import PastDrill
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Runbook

BEHIND: Final = 8
"""Months before this one."""
AHEAD: Final = 3
"""Months after it: what a quarterly drill asks for next is among them."""


class Mark(IntEnum):
    """What a month came to; of several the highest says most."""

    NONE = 0
    PASSED = 1
    DUE = 2
    """A drill is due now, or falls due in that month."""
    MISSED = 3
    """The month ended, and a drill was overdue."""
    NOT_PASSED = 4
    """The last drill of the month did not pass."""


@dataclass(frozen=True, slots=True)
class Month:
    mark: Mark = Mark.NONE
    passed: int = 0
    others: int = 0
    """Drills that did not pass."""


@dataclass(frozen=True, slots=True)
class ModeYear:
    mode: Mode
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve months of one runbook; of each mode that its cadence asks for, or that was drilled."""

    months: tuple[date, ...]
    """The first day of each."""
    modes: tuple[ModeYear, ...]
    this_month: int = BEHIND
    """Its place among the months."""

    def mark(self, place: int) -> Mark:
        """What a month came to, all modes together."""
        return max((mode.months[place].mark for mode in self.modes), default=Mark.NONE)


@dataclass(frozen=True, slots=True)
class _Span:
    """A month in seconds since the epoch: from its first moment to before that of the next."""

    start: float
    end: float


def year(
    runbook: Runbook,
    past: Sequence[PastDrill],
    *,
    now: float,
    database: Database = UNKNOWN,
    zone: tzinfo | None = None,
) -> Year | None:
    """None where no drill counts yet.

    `past` is oldest first, `now` in seconds since the epoch.  Months begin in `zone`; None is the local one.
    """
    passed = proving(past, database)
    broken = [d for d in past if d.counts and not d.passed and not d.database.is_another(database)]
    if not passed and not broken:
        return None
    firsts = _first_days(datetime.fromtimestamp(now, zone))
    moments = [datetime(day.year, day.month, 1, tzinfo=zone).timestamp() for day in firsts]
    spans = [_Span(start, end) for start, end in pairwise(moments)]
    asked = dict(rhythms(runbook.cadence))
    shown = [*passed, *broken]
    modes = [m for m in (Mode.AUTO, Mode.GUIDED) if m in asked or any(d.mode == m for d in shown)]
    return Year(
        months=tuple(firsts[:-1]),
        modes=tuple(
            _of_mode(
                mode,
                asked.get(mode),
                [d.at for d in passed if d.mode == mode],
                [d.at for d in broken if d.mode == mode],
                spans,
                now,
            )
            for mode in modes
        ),
    )


def _first_days(today: datetime) -> list[date]:
    """Of the twelve months, and of the one after them."""
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - BEHIND, number + AHEAD + 2)]


def _of_mode(
    mode: Mode,
    every_s: float | None,
    passed: Sequence[float],
    broken: Sequence[float],
    spans: Sequence[_Span],
    now: float,
) -> ModeYear:
    return ModeYear(mode, tuple(_month(span, every_s, passed, broken, now) for span in spans))


def _month(
    span: _Span, every_s: float | None, passed: Sequence[float], broken: Sequence[float], now: float
) -> Month:
    good, bad = _within(span, passed), _within(span, broken)
    mark = Mark.PASSED if good else Mark.NONE
    if bad and (not good or bad[-1] > good[-1]):
        mark = Mark.NOT_PASSED
    elif every_s is not None:
        mark = max(mark, _asked(span, every_s, passed, now))
    return Month(mark, len(good), len(bad))


def _within(span: _Span, moments: Sequence[float]) -> Sequence[float]:
    return moments[bisect_left(moments, span.start) : bisect_left(moments, span.end)]


def _asked(span: _Span, every_s: float, passed: Sequence[float], now: float) -> Mark:
    """What the cadence says of a month, whatever was drilled in it.

    A drill that has never passed is due now, and was never overdue: `due` says so too.
    """
    if span.end <= now:
        before = bisect_left(passed, span.end)
        overdue = before and state_at(span.end - passed[before - 1], every_s) == "overdue"
        return Mark.MISSED if overdue else Mark.NONE
    rhythm_s = max(every_s, 1.0)
    next_at = max(now, passed[-1] + rhythm_s) if passed else now
    later = math.ceil(max(0.0, span.start - next_at) / rhythm_s)
    next_at += later * rhythm_s
    return Mark.DUE if span.start <= next_at < span.end else Mark.NONE
