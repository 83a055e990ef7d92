"""The log of one step: whole on disk, and in batches to the sinks."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from drill_tui.engine.text.redact import Redactor
from drill_tui.engine.text.sanitise import shorten, strip_controls

FLUSH_INTERVAL_S: Final = 0.05
MAX_BATCH_LINES: Final = 2_000
"""Sinks get at most this many lines at a time; the rest of a flood is only in the file."""
OURS: Final = "drill-tui: "
"""How the scripts of this project begin the line that says what went wrong."""
TAIL_LINES: Final = 20


class StepLog:
    """Every line reaches the file, redacted and without escape sequences; `tell` gets ≤ 20 batches a second.

    Methods raise OSError when the disk does, but with `best_effort`: cleanup must not fail for want of a log.
    """

    def __init__(
        self,
        path: Path,
        redactor: Redactor,
        tell: Callable[[tuple[str, ...]], None],
        *,
        best_effort: bool = False,
    ) -> None:
        self.path = path
        self.redactor = redactor
        self._best_effort = best_effort
        self._fd = -1
        with self._tolerating():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._tell = tell
        self._batch: deque[str] = deque(maxlen=MAX_BATCH_LINES)
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._unshown = 0
        self._timer: asyncio.TimerHandle | None = None

    def line(self, text: str) -> None:
        """One line, or several, that the engine or a built-in action says."""
        self.write(self.redactor.redact(strip_controls(f"{text}\n")))

    def write(self, text: str) -> None:
        """Whole lines, stripped and redacted.

        A lone carriage return ends a line in the file; sinks get what it left standing.
        """
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        view = memoryview(text.replace("\r", "\n").encode("utf-8", "replace"))
        with self._tolerating():
            while view:
                view = view[os.write(self._fd, view) :]
        self._show(text)

    def last_words(self) -> str:
        """What a program that failed said of it: the error line of a script of ours, else its last line."""
        said = [_last_overwrite(line).rstrip() for line in self._tail]
        ours = [line.removeprefix(OURS) for line in said if line.startswith(OURS)]
        return (ours or [line for line in said if line.strip()] or [""])[-1].strip()

    def close(self) -> None:
        """Tell what is left.  Safe to call twice."""
        if self._timer is not None:
            self._timer.cancel()
        self._flush()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @contextlib.contextmanager
    def _tolerating(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            if not self._best_effort:
                raise

    def _show(self, text: str) -> None:
        lines = text.removesuffix("\n").split("\n")
        self._tail.extend(lines[-TAIL_LINES:])
        before = len(self._batch)
        self._batch.extend(lines[-MAX_BATCH_LINES:])
        self._unshown += before + len(lines) - len(self._batch)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_INTERVAL_S, self._flush)

    def _flush(self) -> None:
        self._timer = None
        if not self._batch:
            return
        lines = [shorten(_last_overwrite(line)) for line in self._batch]
        if self._unshown:
            lines.insert(0, f"… {self._unshown} lines more in {self.path.name}")
        self._batch.clear()
        self._unshown = 0
        self._tell(tuple(lines))


def _last_overwrite(line: str) -> str:
    return line.rstrip("\r").rsplit("\r", 1)[-1] if "\r" in line else line
