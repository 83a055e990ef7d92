"""What a series of drills says: medians, spread, trend, and steps that became slow."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from drill_tui.programme.shelf import PastDrill

NEEDED = 5
"""Passing drills before a regression is claimed."""
FACTOR, FLOOR_S = 1.5, 5.0
"""A step regressed when it took 1.5 times its own 90th percentile, and 5 s more than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimes:
    """Working seconds of one step over the passing drills."""

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

    def sentence(self) -> str:
        return (
            f"{self.step} took {self.took_s:.1f} s, {self.took_s / max(self.p90_s, 0.001):.1f} times the "
            f"90th percentile ({self.p90_s:.1f} s) of the {self.drills} passing drills before it"
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
    found = []
    for name in names:
        values = [drill.steps[name] for drill in passed if name in drill.steps]
        found.append(
            StepTimes(
                step=name,
                count=len(values),
                median_s=statistics.median(values),
                p90_s=percentile_90(values),
                last_s=values[-1],
            )
        )
    return found


def regressions(drills: Sequence[PastDrill]) -> list[Regression]:
    """Steps of the last drill that took much longer than their own past."""
    if not drills:
        return []
    *earlier, last = drills
    found = []
    for name, took_s in last.steps.items():
        past = [drill.steps[name] for drill in earlier if drill.passed and name in drill.steps]
        if len(past) < NEEDED:
            continue
        p90_s = percentile_90(past)
        if took_s > FACTOR * p90_s and took_s > p90_s + FLOOR_S:
            found.append(
                Regression(step=name, run_id=last.run_id, took_s=took_s, p90_s=p90_s, drills=len(past))
            )
    return found


def trend_s_per_drill(drills: Sequence[PastDrill]) -> float | None:
    """How many seconds the machine's recovery time grows from one passing drill to the next; None under 3."""
    times = [d.rto_machine_s for d in drills if d.passed and d.rto_machine_s is not None]
    if len(times) < 3:
        return None
    return statistics.linear_regression(range(len(times)), times).slope
