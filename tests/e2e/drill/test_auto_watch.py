"""Following a drill from another terminal, while it runs and when it is over."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.drill.running import ROOT, drill_tui, finished, start_drill, wait_for_step

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_auto")]
JOURNAL = ROOT / "tests" / "data" / "journals" / "passed-auto-demo.jsonl"


def start_watching(artifacts: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "drill_tui", "watch", "--artifacts", str(artifacts), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_running_drill_is_followed_to_its_end(shop: dict[str, str], tmp_path: Path) -> None:
    process = start_drill(tmp_path, "--events", env=shop)
    run_dir = wait_for_step(process, tmp_path, "backup")
    face, events = start_watching(tmp_path), start_watching(tmp_path, run_dir.name, "--json")
    drill = finished(process, tmp_path)
    told, _ = face.communicate(timeout=120)
    lines, _ = events.communicate(timeout=120)
    assert (drill.code, face.returncode, events.returncode) == (0, 0, 0), drill.story()
    assert "Restore into the isolated database" in told
    assert told.rstrip().splitlines()[-1].startswith("PASS")
    assert lines == drill.stdout, "the same events as the drill itself prints"


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """An artifacts directory with one finished run."""
    run = tmp_path / json.loads(JOURNAL.read_text().splitlines()[0])["run"]
    run.mkdir()
    shutil.copy(JOURNAL, run / "events.jsonl")
    return tmp_path


def test_a_past_run_is_told_like_replay_and_nothing_is_written(past: Path) -> None:
    before = sorted(past.rglob("*"))
    (run,) = past.iterdir()
    watched, replayed = (
        drill_tui(command, run.name, "--artifacts", str(past)) for command in ("watch", "replay")
    )
    assert watched.returncode == replayed.returncode == 0, watched.stderr
    assert watched.stdout == replayed.stdout
    assert "does not run any more; this tells it again" in watched.stderr
    assert sorted(past.rglob("*")) == before


def test_a_run_that_died_is_an_error_and_says_what_to_do(past: Path) -> None:
    (run,) = past.iterdir()
    lines = JOURNAL.read_text().splitlines(keepends=True)
    (run / "events.jsonl").write_text("".join(lines[:20]) + lines[20][:30])
    watched = drill_tui("watch", run.name, "--artifacts", str(past))
    assert watched.returncode == 3
    assert f"drill-tui resume {run.name}" in watched.stderr


def test_without_a_running_drill_there_is_nothing_to_watch(past: Path) -> None:
    watched = drill_tui("watch", "--artifacts", str(past))
    assert watched.returncode == 2
    assert "no drill is running" in watched.stderr


def test_an_altered_journal_is_refused(past: Path) -> None:
    (run,) = past.iterdir()
    text = (run / "events.jsonl").read_text()
    (run / "events.jsonl").write_text(text.replace('"mode":"auto"', '"mode":"guided"', 1))
    watched = drill_tui("watch", run.name, "--artifacts", str(past))
    assert watched.returncode == 3
    assert "was altered" in watched.stderr
