"""Reading log files: the end of a finished one, and what is added to a growing one."""

from __future__ import annotations

import codecs
from pathlib import Path

from drill_tui.engine.text.sanitise import shorten, strip_controls
from drill_tui.tui.logs.buffer import LineBuffer

MAX_BYTES = 4_000_000
"""The most that is read at once; what lies before it stays in the file."""


class FileTail:
    """Follows a file that another program writes.  A file that does not exist yet is an empty one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.buffer = LineBuffer()
        self._offset = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def poll(self) -> bool:
        """Read what was added since the last time; True if there was anything.  Never raises OSError."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, 2)
                if size < self._offset:
                    self._offset, self._rest = 0, ""
                if size == self._offset:
                    return False
                start = max(self._offset, size - MAX_BYTES)
                file.seek(start)
                raw = file.read(size - start)
        except OSError:
            return False
        if start > self._offset:
            self._rest = ""
        self._offset = size
        whole = self._rest + self._decoder.decode(raw)
        *lines, self._rest = whole.split("\n")
        if len(self._rest) > MAX_BYTES:
            lines, self._rest = [*lines, self._rest], ""
        self.buffer.extend([_presentable(line) for line in lines])
        return True

    def finish(self) -> None:
        """Show a last line that has no line feed."""
        if self._rest:
            self.buffer.extend([_presentable(self._rest)])
            self._rest = ""


def _presentable(line: str) -> str:
    return shorten(strip_controls(line.rstrip("\r").rpartition("\r")[2]))


def read_log(path: Path) -> LineBuffer:
    """The end of a finished log file, ready to show."""
    tail = FileTail(path)
    tail.poll()
    tail.finish()
    return tail.buffer
