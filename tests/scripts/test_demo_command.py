"""`drill-tui demo`: a database to try the commands on, gone at Ctrl-C whenever that comes."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.scripts import run_script
from tests.e2e.drill.running import clean_environment, drill_tui, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("demo_command")]
DEADLINE_S = 150


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that a server's account can enter, for everything that the demo makes."""
    folder = Path(f"/tmp/demo-test-{os.getpid()}")
    folder.mkdir(mode=0o755)
    yield folder
    folder.rmdir()


def start(place: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "drill_tui", "demo", "--scale", "0.02"],
        env=clean_environment({"TMPDIR": str(place)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_lines_lead_to_a_database_that_can_be_backed_up(place: Path, tmp_path: Path) -> None:
    demo = start(place)
    assert demo.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("export PGPASSFILE"):
        line = demo.stdout.readline()
        assert line, demo.communicate()
        lines.append(line)
    said = dict(shlex.split(line)[1].split("=", 1) for line in lines if not line.startswith("#"))
    made = run_script("backup", clean_environment(said), "--output", tmp_path)
    demo.send_signal(signal.SIGINT)
    _, errors = demo.communicate(timeout=DEADLINE_S)
    assert made.code == 0, made.stderr
    assert (demo.returncode, errors) == (0, "")
    assert list(place.iterdir()) == []


def test_ctrl_c_before_it_is_ready_leaves_nothing(place: Path) -> None:
    demo = start(place)
    wait_until(lambda: list(place.glob("*/data/base")) != [], "a cluster that is made", DEADLINE_S)
    demo.send_signal(signal.SIGINT)
    _, errors = demo.communicate(timeout=DEADLINE_S)
    assert (demo.returncode, errors) == (0, "")
    assert list(place.iterdir()) == []


def test_a_wrong_scale_is_told() -> None:
    done = drill_tui("demo", "--scale", "huge")
    assert done.returncode == 2
    assert "--scale huge: write a number" in done.stderr
    assert "Traceback" not in done.stderr
