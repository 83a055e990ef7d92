"""A terminal that is gone stays gone, and one that takes nothing more holds up no drill."""

from __future__ import annotations

import asyncio
import os

from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver


class TerminalDriver(LinuxDriver):
    """The kernel sends SIGCONT behind the SIGHUP of a lost terminal.

    Textual takes every SIGCONT for the way back from Ctrl-Z and starts a second reader; the first one then
    never ends, and the program waits for it for good.

    Its writer has a short queue.  While the terminal is lent to a shell nobody empties it, nor while an ssh
    connection stalls, and waiting for room would stop the drill with its time-outs and its cleanup: what does
    not fit is not drawn, and the screen is drawn anew when there is room again.
    """

    _behind = False
    _leaving = False

    def write(self, data: str) -> None:
        writer = self._writer_thread
        if isinstance(writer, WriterThread) and writer._queue.full() and not self._leaving:
            self._behind = True
            return
        super().write(data)
        if self._behind:
            self._behind = False
            self._app.call_later(self._draw_anew)

    def _draw_anew(self) -> None:
        self._app.screen.refresh()

    async def stop_reading(self) -> None:
        """End the thread that reads keys.  Textual waits for it on the event loop, up to 0.2 s."""
        if self._key_thread is not None:
            self.exit_event.set()
            await asyncio.to_thread(self._key_thread.join)
            self.exit_event.clear()

    def stop_application_mode(self) -> None:
        """What gives the terminal back as it was has to arrive."""
        self._leaving = True
        try:
            super().stop_application_mode()
        finally:
            self._leaving = False

    def _sigcont_application(self, *_: object) -> None:
        if os.isatty(self.fileno):
            super()._sigcont_application()


def forget_terminal() -> None:
    """Point the standard streams away from a terminal that is gone: writing to it would fail or block.

    Nor may reading block: the screen waits for its reader when it closes.
    """
    read_end, _never_written = os.pipe()
    os.set_blocking(read_end, False)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(read_end, 0)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
