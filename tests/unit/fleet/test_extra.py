"""The queue of a fleet is an extra; what reads the evidence needs it not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.fleet.places import FLEET, project

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


IN_A_BUCKET = FLEET.replace("[defaults]", '[fleet]\nevidence = "s3://bucket/drills"\n[defaults]')


@pytest.mark.parametrize("command", [["status"], ["run", "--local"]])
def test_evidence_in_a_bucket_asks_for_the_package_that_reads_it(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    argv = [sys.executable, "-c", WITHOUT.replace("procrastinate", "s3fs"), *command]
    file = project(tmp_path, IN_A_BUCKET)
    done = subprocess.run([*argv, "--fleet", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == (
        "drill-tui: the evidence cannot be reached: Reading s3:// needs s3fs, which is not installed here: "
        "pip install 'drill-tui[remote]'\n"
    )


def test_schedules_without_a_worker_put_nothing_into_a_bucket(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "drill_tui", "fleet", "render", "systemd"]
    file = project(tmp_path, IN_A_BUCKET)
    done = subprocess.run([*argv, "--fleet", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{file} keeps its evidence in a store, where only a worker puts it" in done.stderr


def _fleet(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", WITHOUT, *command, "--fleet", str(project(folder))]
    return subprocess.run(argv, capture_output=True, text=True, check=False)
