"""A game day: a facilitator in a second terminal breaks what a team is looking at, and sees what they do."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.drill.running import (
    DRILL_TIMEOUT_S,
    drill_tui,
    nothing_left,
    wait_for_step,
    wait_until,
)
from tests.e2e.practice.running import drawn_here, place_of, record_of, scenario, start

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("practice"), pytest.mark.timeout(300)]
SEED = 3
Start = Callable[..., subprocess.Popen[str]]


def game_day(artifacts: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return drill_tui("game-day", *words, "--artifacts", str(artifacts))


@pytest.fixture
def started() -> Iterator[Start]:
    """Starts a command; whatever becomes of the test, it ends."""
    with ExitStack() as stack:

        def started(*words: str) -> subprocess.Popen[str]:
            process = start(*words)
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield started


def says(run_dir: Path, text: str) -> bool:
    moments = run_dir / "moments.jsonl"
    return moments.is_file() and text in moments.read_text()


@pytest.mark.parametrize(
    ("name", "fault", "check"),
    [("suddenly-slow", "index-dropped", "restored"), ("wrong-bucket", "backup-of-yesterday", "backup")],
)
def test_what_is_sound_is_broken_while_the_team_looks(
    name: str, fault: str, check: str, tmp_path: Path, started: Start
) -> None:
    right = place_of(drawn_here(name, fault, SEED), right=True) + 1
    options = (name, "--fault", fault, "--seed", str(SEED), "--game-day", "--artifacts", str(tmp_path))
    team = started("practice", *options)
    assert team.stdin is not None
    run_dir = wait_for_step(team, tmp_path / "practice", "practise")
    wait_until((run_dir / "private/game-day").exists, "somebody to take orders")
    watching = started("game-day", "watch", "--artifacts", str(tmp_path))
    team.stdin.write(f"check {check}\ndiagnose\n{right}\ntoo early\n")
    team.stdin.flush()
    wait_until(lambda: says(run_dir, "wrong: "), "a diagnosis before anything was broken")
    assert says(run_dir, f"check {check}: it had no objection")
    assert game_day(tmp_path, "plant").returncode == 0
    wait_until(lambda: says(run_dir, "the fault was planted"), "the planting")
    said = game_day(tmp_path, "say", "The board asks \x1b[31mhow long")
    assert said.returncode == 0, said.stderr
    wait_until(lambda: says(run_dir, "message: The board asks how long"), "the message")
    team.stdin.write(f"check {check}\n")
    team.stdin.flush()
    wait_until(lambda: says(run_dir, f"check {check}: it objected"), "the objection")
    stdout, stderr = team.communicate(f"diagnose\n{right}\nmend it\n", timeout=DRILL_TIMEOUT_S)
    assert team.returncode == 0, stdout + stderr
    quiet, _, after = stdout.partition(scenario(name).situation.split(".")[0].split("\n")[0])
    assert "Nothing is broken yet" in quiet
    assert "The board asks how long" in after
    assert "No: Nothing of that kind is broken now" in quiet
    record = record_of(tmp_path)
    assert record["noticed_s"] <= record["diagnosed_s"] < record["took_s"]
    seen, _ = watching.communicate(timeout=DRILL_TIMEOUT_S)
    order = [
        "the game day began",
        "it had no objection",
        "was planted",
        "The board asks",
        "it objected",
        "found",
    ]
    assert sorted(order, key=seen.index) == order, seen
    assert fault not in seen
    nothing_left(run_dir)
    late = game_day(tmp_path, "plant")
    assert (late.returncode, "no practice is under way" in late.stderr) == (2, True)


def test_nobody_to_lead_is_said(tmp_path: Path) -> None:
    for words in (["plant"], ["say", "hello"], ["watch"], ["plant", "--run", "../x"], ["say", " "]):
        done = game_day(tmp_path, *words)
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
