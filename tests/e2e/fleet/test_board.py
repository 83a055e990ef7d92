"""The board on a real terminal: a fleet at work, and a drill of it watched from its seat."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.e2e.fleet.rig import Stage
from tests.tui.terminal import Terminal

pytestmark = pytest.mark.e2e


@pytest.fixture
def board(two: Stage) -> Iterator[Terminal]:
    argv = (sys.executable, "-m", "drill_tui", "fleet", "board", "--host", "one")
    file = ("--fleet", str(two.folder / "fleet.toml"))
    environment = {**two.environment(), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    terminal = Terminal((*argv, *file), size=(80, 24), environment=environment)
    yield terminal
    terminal.close()


def test_a_drill_is_seen_to_begin_watched_and_seen_to_pass(two: Stage, board: Terminal) -> None:
    board.wait_for_text("0 of 2 databases proven", "no worker has begun there yet")
    two.hold("db0", "db1")
    worker = two.start("one")
    board.wait_for_text("1 running", "1 waiting", "Look at it")
    board.press("/")
    board.wait_for_text("an owner, a state")
    board.press("running\r")
    board.wait_for_text("1 have: running", "Look at it")
    board.wait_for(lambda: "Database" in board.rows[3], "the table, where the filter was")
    board.press("\r")
    board.wait_for_text("A tiny drill")
    board.press("\x1b")
    board.wait_for_text("1 have: running")
    board.press("\x1b")
    two.let_go("db0", "db1")
    board.wait_for_text("2 of 2 databases proven")
    assert two.drained(worker) == 0
    board.press("q")
    board.wait_for(lambda: board.ended, "the board to end")
    two.nothing_left()
