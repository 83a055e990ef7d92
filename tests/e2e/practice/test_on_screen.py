"""A whole practice in a terminal, with a wrong and a right diagnosis: the real program, real PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import clean_environment, nothing_left, wait_until
from tests.e2e.practice.running import SMALL, drawn_here, place_of, record_of, run_dir_of
from tests.tui.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("practice"), pytest.mark.timeout(300)]
NAME, FAULT, SEED = "suddenly-slow", "index-dropped", 5
DOWN, ENTER, ESCAPE = "\x1b[B", "\r", "\x1b"


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    options = (NAME, "--fault", FAULT, "--seed", str(SEED), "--by", "Ada", "--artifacts", str(tmp_path))
    environment = clean_environment(
        {**SMALL, "TERM": "xterm-256color", "LANG": "C.UTF-8", "SHELL": "/bin/sh"}
    )
    terminal = Terminal(
        [sys.executable, "-m", "drill_tui", "practice", *options], size=(120, 36), environment=environment
    )
    yield terminal
    terminal.close()


def diagnose(terminal: Terminal, place: int, words: str) -> None:
    terminal.press("d")
    terminal.wait_for_text("What is broken?")
    terminal.press(DOWN * place + ENTER + words + ENTER)


def test_from_the_situation_to_the_record(terminal: Terminal, tmp_path: Path) -> None:
    practice = drawn_here(NAME, FAULT, SEED)
    wrong, right = place_of(practice, right=False), place_of(practice, right=True)
    terminal.wait_for_text("PRACTICE", "The restored database answers rightly")
    terminal.press("b")
    terminal.wait_for_text("It has no objection.")
    terminal.press("r")
    terminal.wait_for_text("It objects.")
    terminal.press("s")
    terminal.wait_for_text("`exit` comes back")
    terminal.press("psql -Atc 'select current_database()||42'\n")
    terminal.wait_for_text("restored42")
    terminal.press("exit\n")
    terminal.wait_for(
        lambda: "restored42" not in terminal.text and "It objects." in terminal.text, "the screen"
    )
    diagnose(terminal, wrong, "wait a day")
    terminal.wait_for_text("Not that.", "1 wrong turn")
    diagnose(terminal, right, "create it again")
    terminal.wait_for_text("What was broken", FAULT, "create it again")
    terminal.wait_for_text("Nothing is left of it")
    record = record_of(tmp_path)
    assert (record["person"], record["ending"], record["checks"]) == ("Ada", "found", 2)
    assert record["wrong_turns"] == [practice.offered[wrong].says]
    nothing_left(run_dir_of(tmp_path))
    terminal.press(ESCAPE)
    terminal.wait_for_text("Prove that your backups restore.")
    terminal.press("q")
    terminal.wait_for(lambda: terminal.ended, "the end")
    assert {path.name for path in tmp_path.iterdir()} == {"practice"}


@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM", "SIGHUP"])
def test_who_leaves_leaves_nothing_behind(how: str, terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for_text("PRACTICE", "The restored database answers rightly")
    run_dir = run_dir_of(tmp_path)
    if how == "Ctrl-C":
        terminal.press("\x03")
        terminal.wait_for_text("Leave this practice?")
        terminal.press("\t" + ENTER)
    else:
        os.kill(terminal.pid, signal.Signals[how])
    terminal.wait_for(lambda: terminal.ended, "the end")
    # After SIGHUP the program lets go of its terminal before it has cleaned up.
    wait_until(lambda: '"drill.ended"' in (run_dir / "events.jsonl").read_text(), "the end of its cleanup")
    assert json.loads((run_dir / "practice.json").read_text())["ending"] == "interrupted"
    nothing_left(run_dir)
