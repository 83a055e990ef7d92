"""The queue of a fleet is an extra; what reads the evidence needs it not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.fleet.places import project

WITHOUT = """
import sys
sys.modules["procrastinate"] = None
from drill_tui.cli.front import run
run(["fleet", *sys.argv[1:]])
"""


@pytest.mark.parametrize("command", [["run", "--local"], ["worker"], ["cancel", "orders"]])
def test_without_the_extra_it_says_how_to_install_it(command: list[str], tmp_path: Path) -> None:
    done = _fleet(tmp_path, *command)
    assert done.returncode == 2
    assert done.stderr == (
        "drill-tui: a fleet's queue needs procrastinate, which is not installed here\n"
        "  pip install 'drill-tui[fleet]'\n"
    )


def test_the_evidence_is_read_without_it(tmp_path: Path) -> None:
    done = _fleet(tmp_path, "status")
    assert done.returncode == 1, done.stderr
    assert "0 of 2 databases proven." in done.stdout


def _fleet(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", WITHOUT, *command, "--fleet", str(project(folder))]
    return subprocess.run(argv, capture_output=True, text=True, check=False)
