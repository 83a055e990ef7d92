"""Another program in the terminal, on a real one: its keys are its own, and the screen comes back."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill_tui.engine.record.events import AbortRequested, DrillStarted
from drill_tui.engine.record.journal import read_journal
from tests.e2e.drill.running import wait_until
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

HELD = (
    RUNBOOK
    + """cleanup:
  - id: sweep
    title: Sweep up
    after: fails
    run: [sh, -c, 'until test -e "$DRILL_ARTIFACTS_DIR/go"; do sleep 0.1; done']
"""
)
"""Its cleanup waits for the test."""

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


def begin(terminal: Terminal, project: Path, runbook: str = RUNBOOK, **environment: str) -> Path:
    """Sign in for the short drill, until its step has failed.  Returns its journal."""
    (project / "runbooks").mkdir()
    (project / "runbooks/short.yaml").write_text(runbook)
    artifacts = project / "artifacts"
    given = ("--project", str(project), "-r", "short", "--artifacts", str(artifacts))
    settings = {"SHELL": "/bin/bash", "DRILL_TUI_CONFIG": str(project / "config.toml")}
    terminal.run(*given, "--participant", "Ada=lead", env=settings | environment)
    terminal.wait_for("Who takes part?", "Start the drill")
    terminal.press("C-s")
    terminal.wait_for("Ada (lead) starts: ", "c run through")
    terminal.press("c")
    terminal.wait_for("Failed: It fails", "r Retry", LISTENING)
    (journal,) = artifacts.glob("short_*/events.jsonl")
    return journal


def test_keys_of_another_program_do_not_end_the_drill(terminal: Terminal, tmp_path: Path) -> None:
    """Ctrl-C and Ctrl-\\ in a pager reach drill-tui too; a killed shell leaves the terminal to nobody."""
    pager = tmp_path / "pager"
    pager.write_text(PAGER)
    pager.chmod(0o755)
    journal = begin(terminal, tmp_path, DRILL_PAGER=str(pager))
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
    assert not [r for r in read_journal(journal) if isinstance(r.event, AbortRequested)]
    terminal.press("b")
    terminal.wait_for("Stop the drill?")
    terminal.press("Tab", "Enter")
    terminal.wait_for("What next")
    terminal.press("q")
    assert terminal.exit_code() == 3, "the step broke; nothing bad was found"


def program_of(journal: Path) -> int:
    started = read_journal(journal)[0].event
    assert isinstance(started, DrillStarted)
    return started.pid


@pytest.mark.parametrize("shell", ["/bin/bash", "/bin/sh"])
def test_a_drill_that_is_ended_takes_its_terminal_back_from_the_shell(
    terminal: Terminal, tmp_path: Path, shell: str
) -> None:
    """Whoever sits there reads why, and sees the cleanup to its end; what was typed there is no key here."""
    journal = begin(terminal, tmp_path, HELD, SHELL=shell)
    terminal.press("s")
    terminal.wait_for("This is a shell")
    terminal.press("echo front: $((6 * 7)); sleep 1000", "Enter")
    terminal.wait_for("front: 42")
    terminal.press("s")
    os.kill(program_of(journal), signal.SIGTERM)
    terminal.wait_for("Sweep up", "cleaning up")
    (journal.parent.parent / "go").touch()
    assert terminal.exit_code() == 3, "the step broke; nothing bad was found"
    terminal.wait_for("received SIGTERM: the drill is stopped and cleaned up")
    assert read_journal(journal)[-1].event.TYPE == "drill.ended"


def test_a_terminal_that_closes_below_a_shell_still_cleans_up(terminal: Terminal, tmp_path: Path) -> None:
    journal = begin(terminal, tmp_path)
    terminal.press("s")
    terminal.wait_for("This is a shell")
    program = program_of(journal)
    terminal.close()
    wait_until(lambda: not Path(f"/proc/{program}").exists(), "the end of the program")
    assert read_journal(journal)[-1].event.TYPE == "drill.ended"
