"""Lines that somebody types, waited for without a thread: one would hold up the end of the program."""

from __future__ import annotations

import asyncio
import os

READ_BYTES = 4096


class Typed:
    """Reads from a file descriptor only while a line is waited for, so that a shell has it alone."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._held = b""
        self._ended = False

    @property
    def is_terminal(self) -> bool:
        return os.isatty(self._fd)

    async def line(self) -> str | None:
        """The next line; None at the end."""
        while b"\n" not in self._held and not self._ended:
            await self._readable()
            try:
                piece = os.read(self._fd, READ_BYTES)
            except OSError:  # the terminal is gone
                piece = b""
            self._held += piece
            self._ended = not piece
        line, ended, self._held = self._held.partition(b"\n")
        return line.decode("utf-8", "replace") if line or ended else None

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        news: asyncio.Future[None] = loop.create_future()
        try:
            loop.add_reader(self._fd, _set_once, news)
        except (OSError, ValueError):  # a file or /dev/null, which is never waited for
            return
        try:
            await news
        finally:
            loop.remove_reader(self._fd)


def _set_once(news: asyncio.Future[None]) -> None:
    if not news.done():
        news.set_result(None)
