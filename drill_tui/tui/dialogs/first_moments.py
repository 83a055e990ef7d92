"""A dialog that opens by itself takes no keys in its first moments: they were meant for what it covers."""

from __future__ import annotations

from collections.abc import Callable

AT_LEAST_S = 1.0
QUIET_S = 0.5
"""Who is still typing then has not seen it; it waits until no key has come for so long."""


class FirstMoments:
    """`now` is in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._until = now() + AT_LEAST_S

    @property
    def over(self) -> bool:
        return self._now() >= self._until

    def typed(self) -> None:
        self._until = max(self._until, self._now() + QUIET_S)
