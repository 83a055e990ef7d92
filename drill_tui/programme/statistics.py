"""What a series of drills says: medians, spread, trend, and steps that became slow."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from drill_tui.programme.shelf import PastDrill, measured

NEEDED = 5
"""Passing drills before a regression is claimed."""
FACTOR, FLOOR_S = 1.5, 5.0
"""A step regressed when it took 1.5 times its own 90th percentile, and 5 s more than that."""
TREND_OVER = 24
"""Drills that a trend looks back on: two years of monthly ones."""
RECOVERY = "recovery time"
"""How the machine's recovery time is named among the steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimes:
    """Working seconds of one step, or of the whole recovery, over the passing drills."""

    step: str
    count: int
    median_s: float
    p90_s: float
    last_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    step: str
    run_id: str
    took_s: float
    p90_s: float
    drills: int
    because: str = ""
    """The phase and the table that most of it is in, where drills told them."""

    def sentence(self) -> str:
        return (
            f"{self.step} took {self.took_s:.1f} s, {self.took_s / max(self.p90_s, 0.001):.1f} times the "
            f"90th percentile ({self.p90_s:.1f} s) of the {self.drills} passing drills before it"
            f"{self.because}"
        )


def percentile_90(values: Sequence[float]) -> float:
    """The nearest-rank 90th percentile.

    >>> percentile_90([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0])
    9.0
    """
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * 9 // 10) - 1)]


def step_times(drills: Sequence[PastDrill]) -> list[StepTimes]:
    """Of the passing drills, in the order in which the steps first appear."""
    passed = [drill for drill in drills if drill.passed]
    names = dict.fromkeys(step for drill in passed for step in drill.steps)
    return [_times(name, [d.steps[name] for d in passed if name in d.steps]) for name in names]


def recovery_times(drills: Sequence[PastDrill]) -> StepTimes | None:
    """The machine's recovery time over the passing drills; None where none was measured."""
    values = _recoveries(drills)
    return _times(RECOVERY, values) if values else None


def regressions(drills: Sequence[PastDrill]) -> list[Regression]:
    """What took much longer in the last drill than in its own past: the recovery, and single steps."""
    real = [drill for drill in drills if drill.counts]
    if not real:
        return []
    *earlier, last = real
    past = {
        name: [drill.steps[name] for drill in earlier if drill.passed and name in drill.steps]
        for name in last.steps
    }
    took = dict(last.steps)
    if last.rto_machine_s is not None:
        past = {RECOVERY: _recoveries(earlier), **past}
        took[RECOVERY] = last.rto_machine_s
    found = (_regression(name, last.run_id, took[name], values) for name, values in past.items())
    slower = [regression for regression in found if regression is not None]
    because = _because(last, [drill for drill in earlier if drill.passed])
    return [replace(one, because=because) if one.step == last.restored_by else one for one in slower]


def _because(last: PastDrill, earlier: Sequence[PastDrill]) -> str:
    """Where a slower restore lost its time: the phase, and the table, that grew most over their medians."""
    told = [drill.phases for drill in earlier if drill.phases.busy_s]
    if not told:
        return ""
    usual = {n: statistics.median(p.busy_s.get(n, 0.0) for p in told) for n in last.phases.busy_s}
    tables = [dict(phases.tables) for phases in told]
    grown = {n: s - statistics.median(t.get(n, 0.0) for t in tables) for n, s in last.phases.tables}
    phase = max(usual, key=lambda name: last.phases.busy_s[name] - usual[name], default="")
    table = max(grown, key=lambda name: grown[name], default="")
    if not phase or last.phases.busy_s[phase] <= usual[phase]:
        return ""
    where = f", and of its tables {table} (by {grown[table]:.1f} s)" if table and grown[table] > 0.1 else ""
    now_s = last.phases.busy_s[phase]
    return f"; most grew {phase} ({now_s:.1f} busy seconds, usually {usual[phase]:.1f}){where}"


def trend_s_per_drill(drills: Sequence[PastDrill]) -> float | None:
    """How many seconds the machine's recovery time grows from one passing drill to the next; None under 3.

    The median of the slopes between all pairs of the last 24 (Theil and Sen): one slow night is no trend.
    """
    times = _recoveries(drills)[-TREND_OVER:]
    if len(times) < 3:
        return None
    pairs = itertools.combinations(enumerate(times), 2)
    return statistics.median((later - earlier) / (j - i) for (i, earlier), (j, later) in pairs)


def _recoveries(drills: Sequence[PastDrill]) -> list[float]:
    return [drill.rto_machine_s or 0.0 for drill in measured(drills)]


def _times(name: str, values: Sequence[float]) -> StepTimes:
    return StepTimes(
        step=name,
        count=len(values),
        median_s=round(statistics.median(values), 3),
        p90_s=round(percentile_90(values), 3),
        last_s=round(values[-1], 3),
    )


def _regression(name: str, run_id: str, took_s: float, past: Sequence[float]) -> Regression | None:
    if len(past) < NEEDED:
        return None
    p90_s = percentile_90(past)
    if took_s <= FACTOR * p90_s or took_s <= p90_s + FLOOR_S:
        return None
    return Regression(step=name, run_id=run_id, took_s=took_s, p90_s=p90_s, drills=len(past))
