"""When in a day a drill may run, in UTC: `22:00-06:00` may go past midnight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

DAY_S: Final = 86_400.0
PATTERN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Window:
    """`opens_s` and `lasts_s` are seconds, the first counted from midnight UTC."""

    opens_s: float
    lasts_s: float

    def left_s(self, now: float) -> float:
        """How long it stays open from `now` (seconds since the epoch); 0 while it is closed."""
        return max(0.0, self.lasts_s - (now - self.opens_s) % DAY_S)

    def next_opening(self, now: float) -> float:
        """When it is open the next time: now, if it is."""
        return now if self.left_s(now) else now + (self.opens_s - now) % DAY_S

    def __str__(self) -> str:
        ends_s = (self.opens_s + self.lasts_s) % DAY_S
        return "-".join(f"{int(s // 3600):02}:{int(s % 3600 // 60):02}" for s in (self.opens_s, ends_s))


def parse_window(text: object) -> Window:
    """Raises ValueError for anything but two times of a day that differ."""
    match = PATTERN.fullmatch(text) if isinstance(text, str) else None
    if match is None or text in (None, ""):
        raise ValueError("write two times of a day in UTC, such as 22:00-06:00")
    first, last = (int(match[i]) * 3600.0 + int(match[i + 1]) * 60.0 for i in (1, 3))
    if first == last:
        raise ValueError("it opens when it closes; leave it out for the whole day")
    return Window(first, (last - first) % DAY_S)
