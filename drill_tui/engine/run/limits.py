"""Waiting with limits: for a result, but no longer than a time-out and not past a stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from drill_tui.engine.ports import Clock

T = TypeVar("T")

CANCEL_PATIENCE_S: Final = 60.0
"""How long a cancelled action may take to end what it started, in real seconds."""


class TimeLimitError(Exception):
    """The time-out came first; the work has been cancelled."""


class StoppedError(Exception):
    """Somebody stopped the drill, or this step, first; the work has been cancelled."""


async def limited(
    work: Awaitable[T], *, clock: Clock, stop: asyncio.Event, timeout_s: float | None = None
) -> T:
    """The result of `work`.  Raises TimeLimitError, StoppedError, or what `work` raises.

    Work that has to be cancelled is waited for, so that nothing it owns is left behind.
    """
    task = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    timer = asyncio.ensure_future(clock.sleep(timeout_s)) if timeout_s is not None else None
    watched = [task, stopping, timer] if timer else [task, stopping]
    try:
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
    finally:
        await _cancel(task, stopping, timer)
    raise StoppedError if stop.is_set() else TimeLimitError


async def _cancel(*tasks: asyncio.Future[Any] | None) -> None:
    waiting = [task for task in tasks if task is not None and not task.done()]
    for task in waiting:
        task.cancel()
    if not waiting:
        return
    done, _ = await asyncio.wait(waiting, timeout=CANCEL_PATIENCE_S)
    for task in done:
        if not task.cancelled():
            task.exception()
