"""A terminal that is gone stays gone."""

from __future__ import annotations

import os

from textual.drivers.linux_driver import LinuxDriver


class TerminalDriver(LinuxDriver):
    """The kernel sends SIGCONT behind the SIGHUP of a lost terminal.

    Textual takes every SIGCONT for the way back from Ctrl-Z and starts a second reader; the first one then
    never ends, and the program waits for it for good.
    """

    def _sigcont_application(self, *_: object) -> None:
        if os.isatty(self.fileno):
            super()._sigcont_application()
