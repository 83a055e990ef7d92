"""The real program on a terminal of its own: it is read, it gets keys, and its costs are looked up."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from drill_tui.engine.text.sanitise import strip_controls
from tests.bench.measure import PROJECT, clean_environment

WAIT_S = 120.0
_KEPT_BYTES = 400_000
"""The end of what was drawn, in which texts are searched for; more than one whole screen."""


class OnTerminal:
    """Starts at once.  A thread takes in everything that is drawn, as a terminal does."""

    def __init__(
        self,
        argv: Sequence[str],
        folder: Path,
        *,
        size: tuple[int, int] = (120, 36),
        start_in: Path = PROJECT,
        **env: str,
    ) -> None:
        environment = clean_environment(
            TERM="xterm-256color",
            COLORTERM="truecolor",
            LANG="C.UTF-8",
            DRILL_TUI_CONFIG=str(folder / "config.toml"),
            **env,
        )
        for size_of_others in ("COLUMNS", "LINES"):
            environment.pop(size_of_others, None)
        self.last_sent = bytearray()
        """The last that it has drawn, as it came."""
        self._drawn = bytearray()
        self._news = threading.Condition()
        self._ended = False
        self.started = time.monotonic()
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            _become(argv, environment, size, start_in)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def press(self, keys: str) -> None:
        """Send keys as the terminal does: `\\x13` is Ctrl-S."""
        os.write(self._terminal, keys.encode())

    def wait_for(self, *texts: str) -> float:
        """Until each text has been drawn since the last call.  Returns the seconds since the start."""
        self._wait(
            lambda: all(text in strip_controls(self._drawn.decode("utf-8", "replace")) for text in texts)
        )
        seconds = time.monotonic() - self.started
        with self._news:
            self._drawn.clear()
        return seconds

    def wait_for_one(self, *texts: str) -> str:
        """Until one of these has been drawn since the last call; which."""

        def seen() -> str:
            drawn = strip_controls(self._drawn.decode("utf-8", "replace"))
            return next((text for text in texts if text in drawn), "")

        self._wait(lambda: bool(seen()))
        return seen()

    def resident_bytes(self) -> int:
        """The memory that it holds now, what it shares with others counted whole."""
        return int(psutil.Process(self.pid).memory_info().rss)

    def own_bytes(self) -> int:
        """What would be free again without it: what it shares counts in parts (PSS)."""
        return int(psutil.Process(self.pid).memory_full_info().pss)

    def processor_s(self) -> float:
        """Processor time of the program and everything that it started, so far."""
        program = psutil.Process(self.pid)
        spent = 0.0
        for process in (program, *program.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                spent += times.user + times.system
        return spent

    def peak_bytes(self) -> int:
        """The most memory it held at once, as the kernel keeps it (VmHWM of proc_pid_status)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024

    def end(self) -> None:
        """Ask it to end in order, and wait until it has."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        self.gone()

    def gone(self) -> None:
        """Wait until it has ended by itself."""
        self._wait(lambda: self._ended)
        self._reader.join()
        os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def _wait(self, condition: Callable[[], bool]) -> None:
        with self._news:
            if not self._news.wait_for(lambda: condition() or self._ended, WAIT_S) or not condition():
                shown = strip_controls(self._drawn.decode("utf-8", "replace"))
                os.kill(self.pid, signal.SIGKILL)
                raise SystemExit(f"the screen never got there; the last that it drew: {shown[-3000:]}")

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._terminal, 65_536)
            except OSError:
                piece = b""
            with self._news:
                for kept in (self._drawn, self.last_sent):
                    kept += piece
                    del kept[:-_KEPT_BYTES]
                self._ended = not piece
                self._news.notify_all()
            if not piece:
                return


def _become(
    argv: Sequence[str], environment: Mapping[str, str], size: tuple[int, int], start_in: Path
) -> None:
    """In the child: this program, on a terminal of this size."""
    columns, rows = size
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.chdir(start_in)
        os.execve(argv[0], list(argv), dict(environment))  # noqa: S606 - a list, and no shell
    finally:
        os._exit(127)
