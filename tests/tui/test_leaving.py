"""The end of the screen: the drill goes on beside it, and is not held up."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.tui.terminal import Terminal


def test_nothing_waits_on_the_loop_for_the_reader_of_keys(tmp_path: Path) -> None:
    environment = os.environ | {"TERM": "xterm-256color", "DRILL_TUI_CONFIG": str(tmp_path / "config.toml")}
    argv = [sys.executable, "-m", "tests.tui.leaving_program"]
    terminal = Terminal(argv, size=(80, 24), environment=environment)
    try:
        terminal.wait_for_text("waited for []")
    finally:
        terminal.close()
