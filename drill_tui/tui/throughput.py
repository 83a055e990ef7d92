"""How fast a running step gets on, from the progress that it tells; nothing before it is known."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from drill_tui.engine.record.flow import Progress

WINDOW_S = 10.0
"""A rate is the mean over this long."""
KNOWN_AFTER_S = 2.0
"""What was told in less time than this says little of how it goes on."""
QUIET_AFTER_S = 5.0
"""From then on, time without news counts as time without work."""
APART_S = 1.0
"""Between two marks of the history."""
HISTORY = 60
SHOWN_UNITS = frozenset({"bytes", "rows"})


@dataclass(slots=True)
class Throughput:
    """Of one step.  Times are those of the drill's clock; `take` costs no more than the window holds."""

    unit: str = ""
    highest: float = 0.0
    """Per second, since the step began to tell."""
    history: deque[float] = field(default_factory=lambda: deque(maxlen=HISTORY))
    """Rates, the newest last."""
    _told: deque[tuple[float, float]] = field(default_factory=deque)
    """Moments within the window, and how much was done."""
    _marked_at: float = 0.0
    _moved_at: float = 0.0

    def take(self, at: float, progress: Progress) -> None:
        """Another unit, or less than before, is another piece of work, which is measured anew."""
        if self._told and (progress.unit != self.unit or progress.done < self._told[-1][1]):
            self._forget()
        self.unit = progress.unit
        if not self._told or progress.done > self._told[-1][1]:
            self._moved_at = at
        self._told.append((at, progress.done))
        while len(self._told) > 2 and self._told[1][0] <= at - WINDOW_S:
            self._told.popleft()
        rate = self.per_s(at)
        if rate is None:
            return
        self.highest = max(self.highest, rate)
        if at - self._marked_at >= APART_S:
            self._marked_at = at
            self.history.append(rate)

    def per_s(self, now: float) -> float | None:
        """None until it is known."""
        if not self._told:
            return None
        (began, before), (last, done) = self._told[0], self._told[-1]
        until = now if now - last > QUIET_AFTER_S else last
        spent_s = until - began
        return (done - before) / spent_s if spent_s >= KNOWN_AFTER_S else None

    def quiet_s(self, now: float) -> float:
        """How long nothing more was done."""
        return max(0.0, now - self._moved_at) if self._told else 0.0

    def _forget(self) -> None:
        self._told.clear()
        self.history.clear()
        self.highest = self._marked_at = 0.0
