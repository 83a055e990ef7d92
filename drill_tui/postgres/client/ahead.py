"""Connections that are opened while something else is waited for: to open one takes several round trips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg

AnyConnection = psycopg.AsyncConnection[Any]
Connect = Callable[[], Awaitable[AnyConnection]]

SETTLE_S: Final = 5.0
"""For one that is still opening: psycopg leaves it to the garbage collector when that is stopped."""


@asynccontextmanager
async def opened_ahead(connect: Connect, count: int) -> AsyncIterator[Connect]:
    """Open `count` connections now; what is given hands them out one by one, and opens more after them.

    Whoever gets one closes it, those that nobody took are closed at the end.  What `connect` raises is raised
    where its connection would be handed out.
    """
    opening = [asyncio.ensure_future(connect()) for _ in range(count)]

    async def hand_out() -> AnyConnection:
        if not opening:
            return await connect()
        one = opening.pop(0)
        try:
            return await asyncio.shield(one)
        except asyncio.CancelledError:
            opening.append(one)  # it may be open by now
            raise

    try:
        yield hand_out
    finally:
        if opening:
            for late in (await asyncio.wait(opening, timeout=SETTLE_S))[1]:
                late.cancel()
        for left in await asyncio.gather(*opening, return_exceptions=True):
            if isinstance(left, psycopg.AsyncConnection):
                await left.close()
