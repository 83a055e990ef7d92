"""Another program in the terminal, on a real one: its keys are its own, and the screen comes back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill_tui.engine.events import AbortRequested
from drill_tui.engine.journal import read_journal
from tests.e2e.drill.terminal import LISTENING, Terminal

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

RUNBOOK = """
version: 1
id: short
title: Short drill
roles: {lead: {title: Lead}}
criteria: {works: {title: It works, steps: [fails]}}
steps:
  - {id: fails, title: It fails, run: [sh, -c, 'echo behind the question; seq 6; exit 3']}
"""

PAGER = """#!/bin/sh
trap 'echo caught INT' INT
trap 'echo caught QUIT' QUIT
echo reading "$1"
until read -r line; do :; done
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path.name, tmp_path)
    yield terminal
    terminal.close()


def test_keys_of_another_program_do_not_end_the_drill(terminal: Terminal, tmp_path: Path) -> None:
    """Ctrl-C and Ctrl-\\ in a pager reach drill-tui too; a killed shell leaves the terminal to nobody."""
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks/short.yaml").write_text(RUNBOOK)
    pager = tmp_path / "pager"
    pager.write_text(PAGER)
    pager.chmod(0o755)
    environment = {
        "DRILL_PAGER": str(pager),
        "SHELL": "/bin/bash",
        "DRILL_TUI_CONFIG": str(tmp_path / "config.toml"),
    }
    artifacts = tmp_path / "artifacts"
    given = ("--project", str(tmp_path), "-r", "short", "--artifacts", str(artifacts))
    terminal.run(*given, "--participant", "Ada=lead", env=environment)
    terminal.wait_for("Who takes part?", "Start the drill")
    terminal.press("C-s")
    terminal.wait_for("Failed: It fails", "r Retry", LISTENING)
    terminal.press("Escape")
    terminal.wait_for(" behind the question")
    terminal.press("o")
    terminal.wait_for("reading")
    terminal.press("C-c")
    terminal.wait_for("caught INT")
    terminal.press("C-\\")
    terminal.wait_for("caught QUIT")
    terminal.press("Enter")
    terminal.wait_for("Short drill", "waiting for people")

    terminal.press("s")
    terminal.wait_for("This is a shell")
    terminal.press("kill -9 $$", "Enter")
    terminal.wait_for("Short drill", "waiting for people")
    terminal.press("g")
    terminal.wait_for("Failed: It fails", "b Abort")
    (journal,) = artifacts.glob("short_*/events.jsonl")
    assert not [r for r in read_journal(journal) if isinstance(r.event, AbortRequested)]
    terminal.press("b")
    terminal.wait_for("Stop the drill?")
    terminal.press("Tab", "Enter")
    terminal.wait_for("What next")
    terminal.press("q")
    assert terminal.exit_code() == 1
