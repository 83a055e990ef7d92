"""Work in a thread that nobody leaves behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def to_its_end(work: Callable[[], T], stop: threading.Event) -> T:
    """Cancelled, it sets `stop` and returns when the thread has ended: nobody may remove a folder that still
    fills.  `work` looks at `stop` from time to time."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        with suppress(Exception):
            await task
        raise
