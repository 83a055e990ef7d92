"""The first minutes with the real program on a real terminal: what it opens, selects and says by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill_tui.runbook.project import shipped_dir
from tests.tui.terminal import Terminal

ESCAPE, TAB, CTRL_S, UP = "\x1b", "\t", "\x13", "\x1b[A"
SHIPPED = shipped_dir() / "runbooks"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """`drill-tui -r elsewhere/mine.yaml` in a project that has no folder backups/."""
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (project / "runbooks", elsewhere):
        folder.mkdir(parents=True)
    for name in ("latest-backup", "restore-drill"):
        (project / "runbooks" / f"{name}.yaml").write_bytes((SHIPPED / f"{name}.yaml").read_bytes())
    text = (SHIPPED / "latest-backup.yaml").read_text(encoding="utf-8")
    mine = text.replace("id: latest-backup", "id: mine", 1).replace(
        "Drill of last night's backup", "Our own drill", 1
    )
    (elsewhere / "mine.yaml").write_text(mine, encoding="utf-8")
    environment = os.environ | {
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "TEXTUAL_ANIMATIONS": "none",
        "DRILL_TUI_CONFIG": str(tmp_path / "config.toml"),
    }
    command = [
        sys.executable,
        "-m",
        "drill_tui",
        "--project",
        str(project),
        "-r",
        str(elsewhere / "mine.yaml"),
    ]
    opened = Terminal(command, size=(80, 24), environment=environment)
    try:
        yield opened
    finally:
        opened.close()


def test_the_file_that_was_named_is_signed_in_for_and_what_can_run_is_selected(terminal: Terminal) -> None:
    terminal.wait_for_text("Our own drill", "Who takes part?", "backups: there is no")
    terminal.press(TAB.join(["Ana", "Ben", "Cleo"]))
    terminal.wait_for_text("Cleo")
    terminal.press(CTRL_S)
    # Where that sentence is broken into lines hangs on the path in it.
    again = "Start once more to go on"
    terminal.wait_for(lambda: again in " ".join(terminal.text.split()), again)
    terminal.press(ESCAPE)
    terminal.wait_for_text("Our own drill  mine", "It cannot run here yet", "needs backups")
    terminal.press(UP + UP)
    terminal.wait_for_text("Quarterly restore drill  restore-drill")
