"""The isolated server's log for seats: its file belongs to an account that theirs may not read."""

from __future__ import annotations

import asyncio

from drill_tui.engine.record.events import LogChunk
from drill_tui.seats.server import SeatServer
from drill_tui.tui.logs.tail import FileTail
from drill_tui.tui.watched import SERVER_LOG, WatchedDrill

EVERY_S = 1.0


class ServerLog:
    """Passes on what was added, while somebody is there to read it."""

    def __init__(self, drill: WatchedDrill, server: SeatServer) -> None:
        self._drill = drill
        self._server = server
        self._tail: FileTail | None = None
        self._next: asyncio.TimerHandle | None = None

    def look(self) -> None:
        """From now on, until nobody is there."""
        if self._next is None:
            self._look()

    def close(self) -> None:
        if self._next is not None:
            self._next.cancel()

    def _look(self) -> None:
        self._next = None
        path = self._drill.server_log
        if path is not None and (self._tail is None or self._tail.path != path):
            self._tail = FileTail(path)
        if self._tail is not None:
            self._pass_on(self._tail)
        if self._server.has_guests:
            self._next = asyncio.get_running_loop().call_later(EVERY_S, self._look)

    def _pass_on(self, tail: FileTail) -> None:
        lines, told = tail.buffer, tail.buffer.end
        if tail.poll():
            new = tuple(lines[number] for number in range(max(told, lines.first), lines.end))
            self._server.on_log(LogChunk(step=SERVER_LOG, lines=new))
