"""Splits: how long each step took in earlier drills, as runners compare laps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Run(Protocol):
    """An earlier drill."""

    @property
    def passed(self) -> bool: ...

    @property
    def steps(self) -> Mapping[str, float]:
        """Working seconds by step id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laps:
    """Working seconds (waits for people left out) by step id."""

    best: Mapping[str, float] = field(default_factory=dict)
    last: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, oldest_first: Iterable[Run]) -> Laps:
        """From the earlier drills that passed."""
        best: dict[str, float] = {}
        last: dict[str, float] = {}
        for drill in oldest_first:
            if not drill.passed:
                continue
            last.update(drill.steps)
            for step, seconds in drill.steps.items():
                best[step] = min(seconds, best.get(step, seconds))
        return cls(best=best, last=last)

    def against_best(self, step: str, seconds: float) -> float | None:
        return seconds - self.best[step] if step in self.best else None

    def against_last(self, step: str, seconds: float) -> float | None:
        return seconds - self.last[step] if step in self.last else None
