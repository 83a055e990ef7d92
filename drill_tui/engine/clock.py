"""Real time: the wall clock read once, then advanced by the monotonic clock."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Time that never goes back within a process, whatever happens to the machine's clock."""

    def __init__(self) -> None:
        self._offset_s = time.time() - time.monotonic()

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.monotonic() + self._offset_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
