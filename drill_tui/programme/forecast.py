"""How long recovery would take at another size: an interval from this machine's own drills, or a refusal.

The whole recovery, and each part of it by itself, is fitted as `a + b · bytes` with errors that are relative
to the time (least squares with weights 1/t²; neither is negative).  The interval is the one of a single new
observation (Student's t on the residuals), and widens beyond the largest drill, where sorts and caches may
behave in another way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drill_tui.programme.forecast_parts import parts_of, told_phases
from drill_tui.programme.shelf import PastDrill
from drill_tui.verdict.wording import against, size_words

PRODUCTION: Final = "DRILL_PRODUCTION_SIZE"
LEAST: Final = 5
"""Passing drills before anything is forecast."""
MOST: Final = 200
"""The newest ones, that are fitted: older ones tell of another machine's year, and people wait."""
NARROW: Final = 1.3
"""Drills whose sizes differ by less than this cannot tell what does not grow with the size."""
FARTHEST: Final = 20.0
FARTHEST_NARROW: Final = 3.0
"""How many times the largest drilled size is still forecast, from drills of many sizes and of one."""
BEYOND: Final = 0.05
"""What is added to the relative interval for each doubling beyond the largest drill."""
LEAST_ERROR: Final = 0.02
"""Relative: five drills that agree by chance make no machine that does."""
STUDENT_80: Final = (
    3.078,
    1.886,
    1.638,
    1.533,
    1.476,
    1.440,
    1.415,
    1.397,
    1.383,
    1.372,
    1.341,
    1.325,
    1.310,
)
"""The 90th percentile by degrees of freedom: 1 to 10, then 15, 20 and 30; 1.282 with many."""


class TooThinError(Exception):
    """Nothing can be said: why, and what would help."""


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds, with the bounds of the 80 % interval."""

    low_s: float
    likely_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class Forecast:
    size_bytes: int
    total: Span
    parts: Mapping[str, Span]
    """By step of the measured recovery, and within the restore by phase where drills told it."""
    drills: int
    smallest_bytes: int
    largest_bytes: int
    machine: str
    objective_s: float | None

    @property
    def verdict(self) -> str:
        """Against the objective: `would meet`, `may miss`, `would miss`; empty without one."""
        return against(self.total.low_s, self.total.high_s, self.objective_s)


def forecast(drills: Sequence[PastDrill], size_bytes: int, cores: int | None = None) -> Forecast:
    """The recovery time of one runbook at `size_bytes`, on the machine of its last drill.

    Raises TooThinError where history is too thin, too far away, or of another machine.
    """
    usable = comparable(drills, cores)[-MOST:]
    sizes = [drill.size_bytes or 0 for drill in usable]
    narrow = max(sizes) < NARROW * min(sizes)
    farthest = (FARTHEST_NARROW if narrow else FARTHEST) * max(sizes)
    if size_bytes > farthest:
        reason = "drills of several sizes reach farther" if narrow else "drill a larger database"
        raise TooThinError(
            f"{size_words(size_bytes)} is too far from the largest drill ({size_words(max(sizes))}): {reason}"
        )
    by_phase = told_phases(usable)
    taken = [parts_of(drill, by_phase=by_phase) for drill in usable]
    parts = {
        name: _fit([times.get(name, 0.0) for times in taken], sizes, size_bytes, narrow)
        for name in dict.fromkeys(name for times in taken for name in times)
    }
    last = usable[-1]
    return Forecast(
        size_bytes=size_bytes,
        total=_fit([sum(times.values()) for times in taken], sizes, size_bytes, narrow),
        parts=parts,
        drills=len(usable),
        smallest_bytes=min(sizes),
        largest_bytes=max(sizes),
        machine=last.machine,
        objective_s=last.rto_objective_s,
    )


def at_last_size(drills: Sequence[PastDrill]) -> Forecast | None:
    """The recovery time at the size of the last drill; None where history is too thin to say it."""
    sizes = [drill.size_bytes for drill in drills if drill.size_bytes]
    try:
        return forecast(drills, sizes[-1]) if sizes else None
    except TooThinError:
        return None


def comparable(drills: Sequence[PastDrill], cores: int | None) -> list[PastDrill]:
    """The passing drills like the last one: same machine, same kind of target, times that count.

    Raises TooThinError.
    """
    timed = [d for d in drills if d.passed and d.rto_machine_s is not None and d.size_bytes and d.recovery_s]
    if not timed:
        raise TooThinError("no drill that passed has measured a recovery time and the size of its database")
    last = timed[-1]
    if cores is not None and cores != last.cores:
        has = f"{last.cores} cores" if last.cores else "a number of cores that no drill recorded"
        raise TooThinError(
            f"the drills ran on {last.machine} with {has}, not {cores}: drill on a machine like that one"
        )
    alike = [d for d in timed if (d.machine, d.cores, d.target) == (last.machine, last.cores, last.target)]
    if len(alike) < LEAST:
        others = len(timed) - len(alike)
        told = f"; {others} more ran on another machine, or into another kind of target" if others else ""
        passed = "1 drill" if len(alike) == 1 else f"{len(alike)} drills"
        raise TooThinError(f"{passed} on {last.machine} passed, and a forecast needs {LEAST}{told}")
    return alike


def _fit(times_s: Sequence[float], sizes: Sequence[int], size_bytes: int, narrow: bool) -> Span:
    rows = [(t, float(s)) for t, s in zip(times_s, sizes, strict=True) if t > 0.001]
    if len(rows) < 3:
        likely = max(times_s, default=0.0)
        return Span(0.0, likely, 2.0 * likely)
    a, b = (0.0, _slope(rows)) if narrow else _line(rows)
    likely_s = a + b * size_bytes
    error = _relative_error(rows, a, b, 1 if narrow else 2)
    beyond = max(0.0, math.log2(size_bytes / max(size for _, size in rows)))
    leverage = 1.0 / len(rows)
    student = _student(len(rows) - (1 if narrow else 2))
    half_s = likely_s * math.hypot(student * error * math.sqrt(1.0 + leverage), BEYOND * beyond)
    return Span(max(0.0, likely_s - half_s), likely_s, likely_s + half_s)


def _slope(rows: Sequence[tuple[float, float]]) -> float:
    """Proportional: the mean rate, each drill with the same weight."""
    return sum(t / s for t, s in rows) / len(rows)


def _line(rows: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Weighted least squares of `a/t + b·s/t = 1`; what would be negative is left out."""
    u, v = [1.0 / t for t, _ in rows], [s / t for t, s in rows]
    uu, vv = sum(x * x for x in u), sum(x * x for x in v)
    uv = sum(x * y for x, y in zip(u, v, strict=True))
    det = uu * vv - uv * uv
    if det > 1e-9 * uu * vv:
        a, b = (sum(u) * vv - sum(v) * uv) / det, (sum(v) * uu - sum(u) * uv) / det
        if a >= 0.0 and b >= 0.0:
            return a, b
        if b < 0.0:
            return sum(u) / uu, 0.0
    return 0.0, sum(v) / vv


def _relative_error(rows: Sequence[tuple[float, float]], a: float, b: float, fitted: int) -> float:
    left = sum(((a + b * s) / t - 1.0) ** 2 for t, s in rows)
    return max(LEAST_ERROR, math.sqrt(left / max(1, len(rows) - fitted)))


def _student(freedom: int) -> float:
    if freedom <= 10:
        return STUDENT_80[max(1, freedom) - 1]
    return next((STUDENT_80[i] for n, i in ((15, 9), (20, 10), (30, 11)) if freedom < n), STUDENT_80[12])


def production_bytes(environment: Mapping[str, str]) -> int | None:
    """What the environment names as production's size; None where it does not.  Raises ValueError."""
    text = environment.get(PRODUCTION, "")
    return parse_size(text) if text else None


def parse_size(text: str) -> int:
    """Bytes of `2TB`, `214 GB`, `800MiB`.  Raises ValueError."""
    units = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
    units |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
    word = text.strip().lower()
    for name in sorted(units, key=len, reverse=True):
        if word.endswith(name):
            found = float(word.removesuffix(name)) * units[name]
            if not math.isfinite(found) or found < 1:
                break
            return int(found)
    raise ValueError("write a size with its unit, such as 800MB, 214GB or 2TB")
