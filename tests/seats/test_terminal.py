"""Whether a drill is driven at the terminal at which somebody sits down."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from drill_tui.seats.peer import is_in_our_session

LISTEN = """
import socket, sys
there = socket.socket(socket.AF_UNIX)
there.bind(sys.argv[1])
there.listen()
print("listening", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_kernel_says_at_which_terminal_the_driver_runs(tmp_path: Path, elsewhere: bool) -> None:
    path = str(tmp_path / "s")
    driver = subprocess.Popen(
        [sys.executable, "-c", LISTEN, path],
        start_new_session=elsewhere,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with driver, socket.socket(socket.AF_UNIX) as seat:
        assert driver.stdout is not None
        assert driver.stdout.readline() == b"listening\n"
        seat.connect(path)
        assert is_in_our_session(seat) is not elsewhere
        driver.communicate()
