"""`drill-tui fleet board`: the screen with every database of a fleet."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, UserError, complain
from drill_tui.cli.fleet_root import Opened, open_fleet, this_host, work_dir_of

if TYPE_CHECKING:
    from drill_tui.fleet.board import BoardReader, BoardRow
    from drill_tui.fleet.queue import Queue
    from drill_tui.tui.board_words import QueueNews

ASK_EVERY_S = 2.0
FETCH_EVERY_S = 10.0
"""How often a store is asked what is new."""
AGAIN_AFTER_S = 10.0
"""How long a control database that does not answer is left alone."""
NO_CONTROL = "No control database is named, so who waits is not known; who runs is: the evidence says it."


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRequest:
    fleet: Path | None = None
    control: str | None = None
    host: str | None = None
    work: Path | None = None
    ascii_only: bool = False


def board(request: BoardRequest) -> int:
    """Open the board until whoever looks at it leaves.  Raises UserError."""
    from drill_tui.tui.settings import SettingsError
    from drill_tui.tui.terminal import refusal

    found = open_fleet(request.fleet)
    if reason := refusal(sys.stdin, sys.stdout, os.environ):
        complain(reason, "See the same without a screen: drill-tui fleet status")
        return Exit.USAGE
    try:
        asyncio.run(_look(request, found))
    except SettingsError as error:
        raise UserError(str(error)) from None
    return Exit.PASSED


async def _look(request: BoardRequest, found: Opened) -> None:
    from drill_tui.fleet.board import BoardReader
    from drill_tui.tui.board import run_board
    from drill_tui.tui.screens.board import Sources

    own = this_host(found.fleet, request.host, (), None).name

    def work_of(host: str) -> Path:
        return work_dir_of(found, request.work if host == own else None, host)

    def command_for(host: str, name: str) -> str:
        return f"drill-tui join --observe --artifacts {shlex.quote(str(work_of(host) / name))}"

    reader = BoardReader(found.fleet, found.look_here, work_of)
    async with _queue_news(request, found, work_of(own)) as news:
        sources = Sources(
            fleet=str(found.fleet.path),
            read=Reading(found, reader),
            news=news,
            command_for=command_for,
        )
        await run_board(sources, ascii_only=request.ascii_only, environment=os.environ)


class Reading:
    """Reads the board, with what a store got meanwhile.  Raises OSError where it does not answer."""

    def __init__(self, found: Opened, reader: BoardReader) -> None:
        self._found, self._reader = found, reader
        self._fetched_at = float("-inf")

    def __call__(self, now: float) -> tuple[BoardRow, ...]:
        if time.monotonic() - self._fetched_at >= FETCH_EVERY_S:
            self._found.fleet.refresh()
            self._fetched_at = time.monotonic()
        return self._reader.read(now)


@asynccontextmanager
async def _queue_news(
    request: BoardRequest, found: Opened, work: Path
) -> AsyncIterator[Callable[[], QueueNews]]:
    """What the queue last said, for the block."""
    from drill_tui.tui.board_words import QueueNews

    said = QueueNews()

    async def keep_asking() -> None:
        nonlocal said
        while True:
            said = await _asked_until_it_fails(request, found, work, tell)
            await asyncio.sleep(AGAIN_AFTER_S)

    def tell(news: QueueNews) -> None:
        nonlocal said
        said = news

    asking = asyncio.create_task(keep_asking())
    try:
        yield lambda: said
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


async def _asked_until_it_fails(
    request: BoardRequest, found: Opened, work: Path, tell: Callable[[QueueNews], None]
) -> QueueNews:
    """Ask every two seconds who waits; returns why that is not known any more."""
    from drill_tui.tui.board_words import QueueNews

    try:
        from drill_tui.fleet.local_control import control_of
        from drill_tui.fleet.queue import QueueError, by_service, opened
    except ModuleNotFoundError as error:
        return QueueNews(problem=f"Who waits is not known: {error.name} is not installed here.")
    service = request.control or found.fleet.control
    control = control_of(work) or (by_service(service) if service else "")
    if not control:
        return QueueNews(problem=NO_CONTROL)
    try:
        async with opened(control) as queue:
            while True:
                tell(await _who_waits(queue))
                await asyncio.sleep(ASK_EVERY_S)
    except QueueError as error:
        return QueueNews(problem=f"The control database does not answer, so who waits is not known: {error}")


async def _who_waits(queue: Queue) -> QueueNews:
    from drill_tui.tui.board_words import QueueNews

    if not await queue.is_prepared():
        return QueueNews(problem="The control database is empty: no worker has begun there yet.")
    waiting = (await queue.open_jobs()).waiting
    return QueueNews(frozenset(order.database for order in waiting))
