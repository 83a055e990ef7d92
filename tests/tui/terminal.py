"""A program on a real pseudo-terminal, and what a person sees of it: cells of an emulated screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import termios
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pyte

WAIT_S = 120.0


class SeenScreen(pyte.Screen):
    """pyte takes the request for longer key codes (`CSI > 1 u`) for "restore the cursor"."""

    def restore_cursor(self, *_: int, **__: bool) -> None: ...


class Terminal:
    """Starts the program at once.  A thread takes in what it draws, as a terminal does."""

    def __init__(self, argv: Sequence[str], *, size: tuple[int, int], environment: Mapping[str, str]) -> None:
        self._screen = SeenScreen(*size)
        self._stream: Any = pyte.ByteStream(self._screen)
        self._news = threading.Condition()
        self.ended = False
        # A worker of pytest-xdist has the size of its own terminal in these, which Textual believes.
        known = {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            _become(argv, known, size)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._pid

    def kill(self) -> None:
        """As when its machine, or its connection, dies: nothing can be said any more."""
        os.kill(self._pid, signal.SIGKILL)

    def press(self, keys: str) -> None:
        """Send keys as the terminal does: `\\x1b` is Escape, `\\x13` Ctrl-S."""
        os.write(self._terminal, keys.encode())

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._screen.columns, self._screen.lines

    @property
    def rows(self) -> list[str]:
        with self._news:
            return list(self._screen.display)

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    def cells(self) -> list[list[tuple[str, str, str, bool]]]:
        """Text, colours of ink and paper, and whether it is bold, of each cell as it is seen."""
        with self._news:
            rows = [
                [self._screen.buffer[y][x] for x in range(self._screen.columns)]
                for y in range(self._screen.lines)
            ]
        return [
            [(c.data, *((c.bg, c.fg) if c.reverse else (c.fg, c.bg)), c.bold) for c in row] for row in rows
        ]

    @property
    def boxes(self) -> list[tuple[int, int, int, int]]:
        """Whole frames, wider than the digits of the clock: left, top, right, bottom."""
        found = []
        for top, row in enumerate(rows := self.rows):
            for left, right in ((m.start(), m.end() - 1) for m in re.finditer("╭─{30,}╮", row)):
                ends = [
                    y for y in range(top + 1, len(rows)) if rows[y][left] == "╰" and rows[y][right] == "╯"
                ]
                if ends and all(rows[y][left] == rows[y][right] == "│" for y in range(top + 1, ends[0])):
                    found.append((left, top, right, ends[0]))
        return found

    def looks_of_box(self) -> list[tuple[object, ...]]:
        """Colours and weights in the frame of the dialog, cell by cell."""
        with self._news:
            left, top, right, bottom = self.boxes[0]
            cells = [
                self._screen.buffer[y][x] for y in range(top, bottom + 1) for x in range(left, right + 1)
            ]
        return [(cell.fg, cell.bg, cell.bold, cell.reverse, cell.underscore) for cell in cells]

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        """Until it is seen."""
        with self._news:
            if not self._news.wait_for(lambda: condition() or self.ended, WAIT_S) or not condition():
                seen = "\n".join(self._screen.display)
                raise AssertionError(f"never seen: {what}. The terminal shows:\n{seen}")

    def wait_for_news(self) -> None:
        """Until something is drawn, but not for long."""
        with self._news:
            self._news.wait(0.1)

    def wait_for_text(self, *texts: str) -> None:
        self.wait_for(lambda: all(text in self.text for text in texts), repr(texts))

    def resize(self, columns: int, rows: int) -> None:
        """As when a window is drawn larger; the program is told."""
        with self._news:
            self._screen.resize(rows, columns)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self) -> None:
        """End the program, however it is."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        self._reader.join(WAIT_S)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def _read(self) -> None:
        piece = b"-"
        while piece:
            try:
                piece = os.read(self._terminal, 65_536)
            except OSError:
                piece = b""
            with self._news:
                self._stream.feed(piece)
                self.ended = not piece
                self._news.notify_all()


def _become(argv: Sequence[str], environment: Mapping[str, str], size: tuple[int, int]) -> None:
    """In the child: this program, on a terminal of this size."""
    columns, rows = size
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execve(argv[0], list(argv), dict(environment))  # noqa: S606 - a list, and no shell
    finally:
        os._exit(127)
