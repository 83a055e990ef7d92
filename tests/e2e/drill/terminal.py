"""A real terminal: tmux runs the program, keys are sent to it, and its screen is read."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from tests.e2e.drill.running import ROOT, clean_environment

WAIT_S = 170.0
LISTENING = "puts it aside"
"""What a dialog says at its lower edge as soon as it takes keys."""


class Terminal:
    """One program on a terminal of its own, on a tmux server of its own."""

    def __init__(self, name: str, folder: Path, columns: int = 120, rows: int = 36) -> None:
        self._server = ["tmux", "-L", f"drill-test-{os.getpid()}-{name}", "-f", "/dev/null"]
        self._size = ("-x", str(columns), "-y", str(rows))
        self._exit = folder / "exit-code"

    def run(self, *arguments: str, env: Mapping[str, str]) -> None:
        """Start `drill-tui` with these arguments."""
        words = [sys.executable, "-m", "drill_tui", *arguments]
        command = f"cd {shlex.quote(str(ROOT))} && {shlex.join(words)}"
        # Exported by whoever runs the tests, they would win over the size of this terminal.
        known = {
            name: value for name, value in clean_environment(env).items() if name not in ("COLUMNS", "LINES")
        }
        subprocess.run(
            [*self._server, "new-session", "-d", *self._size, f"{command}; echo $? >{self._exit}; sleep 600"],
            env={**known, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
            check=True,
        )

    def press(self, *keys: str) -> None:
        """Keys by their tmux names (`Enter`, `C-s`), or text to type."""
        for key in keys:
            subprocess.run([*self._server, "send-keys", key], check=True)

    def type(self, text: str) -> None:
        """Type text and wait until the screen shows it."""
        subprocess.run([*self._server, "send-keys", "-l", text], check=True)
        self.wait_for(text)

    def fill_in(self, text: str) -> None:
        """Type into a field and go to the next one, waiting until the cursor is there."""
        self.type(text)
        row = self._cursor_row()
        self.press("Tab")
        deadline = time.monotonic() + WAIT_S
        while self._cursor_row() == row and time.monotonic() < deadline:
            time.sleep(0.02)

    def _cursor_row(self) -> int:
        told = subprocess.run(
            [*self._server, "display", "-p", "#{cursor_y}"], capture_output=True, text=True, check=True
        )
        return int(told.stdout)

    def screen(self) -> str:
        shown = subprocess.run(
            [*self._server, "capture-pane", "-p"], capture_output=True, text=True, check=False
        )
        return shown.stdout

    def wait_for(self, *texts: str, timeout_s: float = WAIT_S) -> str:
        """Until every text is on the screen at once."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            screen = self.screen()
            if all(text in screen for text in texts):
                return screen
            time.sleep(0.05)
        raise AssertionError(f"never saw {texts} on this screen:\n{self.screen()}")

    def exit_code(self) -> int:
        """Until the program has ended."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            if self._exit.exists() and self._exit.read_text().strip():
                return int(self._exit.read_text())
            time.sleep(0.05)
        raise AssertionError(f"the program never ended:\n{self.screen()}")

    def close(self) -> None:
        """Take the terminal away, as a lost connection does, and see its shell end: it may name the run."""
        listed = subprocess.run(
            [*self._server, "list-panes", "-a", "-F", "#{pane_pid}"],
            capture_output=True,
            text=True,
            check=False,
        )
        shells = [psutil.Process(int(pid)) for pid in listed.stdout.split() if psutil.pid_exists(int(pid))]
        subprocess.run([*self._server, "kill-server"], capture_output=True, check=False)
        _gone, alive = psutil.wait_procs(shells, timeout=WAIT_S)
        assert not alive, f"still there without their terminal: {alive}"
