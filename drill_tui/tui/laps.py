"""Splits: how long each step took in earlier drills, as runners compare laps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Laps:
    """Working seconds (waits for people left out) by step id."""

    best: Mapping[str, float] = field(default_factory=dict)
    last: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, drills_in_order: Iterable[Mapping[str, float]]) -> Laps:
        """From the step times of earlier drills, the oldest first."""
        best: dict[str, float] = {}
        last: dict[str, float] = {}
        for times in drills_in_order:
            last.update(times)
            for step, seconds in times.items():
                best[step] = min(seconds, best.get(step, seconds))
        return cls(best=best, last=last)

    def against_best(self, step: str, seconds: float) -> float | None:
        return seconds - self.best[step] if step in self.best else None

    def against_last(self, step: str, seconds: float) -> float | None:
        return seconds - self.last[step] if step in self.last else None
