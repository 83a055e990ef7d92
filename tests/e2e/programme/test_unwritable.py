"""Evidence that cannot be written when a drill ends: said in a sentence, exit code 3, and nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import clean_environment

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("unwritable")]

RUNBOOK = """
version: 1
id: tiny
title: Tiny drill
steps: [{id: spoil, title: Spoil the disk, run: %s}]
"""
OVERRIDES = "-dac_override,-dac_read_search"
BOUND = [] if os.getuid() else ["setpriv", "--bounding-set", OVERRIDES, "--inh-caps", OVERRIDES]
"""Modes do not bind root, until it has given up what it may override."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "artifacts").mkdir()
    yield tmp_path
    (tmp_path / "artifacts").chmod(0o755)


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    if os.getuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder / "artifacts")]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine may not mount")
    yield folder
    subprocess.run(["umount", folder / "artifacts"], check=True)


def drill_tui(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    places = ["--project", str(folder), "--artifacts", str(folder / "artifacts")]
    return subprocess.run(
        [*BOUND, sys.executable, "-m", "drill_tui", *arguments, *places],
        env=clean_environment(),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def spoiled(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    (folder / "runbooks").mkdir()
    (folder / "runbooks" / "tiny.yaml").write_text(RUNBOOK % repr(script))
    return drill_tui(folder, "--auto", "-r", "tiny")


def is_told(done: subprocess.CompletedProcess[str]) -> str:
    """The run's id, once it is clear that people can act on what was said."""
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Errno" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert " could not be written (" in done.stderr
    advice = done.stderr.split("`drill-tui clean ")[1]
    return advice.split("`")[0]


def is_made_good(folder: Path, run: str) -> None:
    cleaned = drill_tui(folder, "clean", run)
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    checked = drill_tui(folder, "report", "check", run)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_folder_that_became_read_only_for_an_ordinary_user(folder: Path) -> None:
    done = spoiled(folder, 'chmod a-w "$DRILL_ARTIFACTS_DIR"')
    run = is_told(done)
    assert "the JSON report could not be written (Permission denied: " in done.stderr
    assert "PASS" in done.stdout, "the verdict is told all the same"
    again = drill_tui(folder, "clean", run)
    assert again.returncode == 3, "it is still not written"
    (folder / "artifacts").chmod(0o755)
    is_made_good(folder, run)


@pytest.mark.parametrize("left_kib", [0, 8], ids=["full", "nearly full"])
def test_a_disk_that_filled_up(left_kib: int, small_disk: Path) -> None:
    fill = f'cd "$DRILL_ARTIFACTS_DIR"; cat /dev/zero >fill 2>/dev/null; truncate -s -{left_kib}K fill'
    done = spoiled(small_disk, fill)
    run = is_told(done)
    assert "No space left on device" in done.stderr
    (small_disk / "artifacts" / "fill").unlink()
    is_made_good(small_disk, run)


def test_a_disk_that_turned_read_only(small_disk: Path) -> None:
    over = 'D="$DRILL_ARTIFACTS_DIR"; mount --bind "$D" "$D" && mount -o remount,bind,ro "$D"'
    done = spoiled(small_disk, over)
    subprocess.run(["umount", small_disk / "artifacts"], check=True)
    run = is_told(done)
    assert "Read-only file system: " in done.stderr
    is_made_good(small_disk, run)


def test_a_failed_drill_that_could_not_be_recorded_is_still_told(folder: Path) -> None:
    """Who is on call hears of it, although there is no incident file."""
    done = spoiled(folder, 'chmod a-w "$DRILL_ARTIFACTS_DIR"; exit 1')
    assert done.returncode == 1, "a failure stays one"
    assert "The incident could not be recorded: Permission denied: " in done.stderr
    assert "`drill-tui freeze --check` does not know of it" in done.stderr
    (folder / "artifacts").chmod(0o755)
    run = done.stderr.split("`drill-tui clean ")[1].split("`")[0]
    is_made_good(folder, run)
    frozen = drill_tui(folder, "freeze", "--check")
    assert (frozen.returncode, run in frozen.stdout) == (1, True)
