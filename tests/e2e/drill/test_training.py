"""A training as a new on-call engineer has it: the real program on a real terminal, on real PostgreSQL."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import ROOT, nothing_left
from tests.e2e.drill.terminal import Terminal

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("drill_training"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(f"training-{tmp_path.name}", tmp_path)
    yield terminal
    terminal.close()


def test_a_trainee_reads_guesses_and_compares_at_every_step(
    terminal: Terminal, shop: dict[str, str], tmp_path: Path
) -> None:
    artifacts = tmp_path / "artifacts"
    people = ["--participant", "Nia=operator,second", "--participant", "Lea=lead"]
    asked = ["--runbook", "restore-drill", "--mode", "training", *people]
    terminal.run("--project", str(ROOT), "--artifacts", str(artifacts), *asked, env=shop)
    terminal.wait_for("Who takes part?", "Nia", "Lea", "Training")
    terminal.press("C-s")

    terminal.wait_for("Read this step", "1 of 10  Find the source", "2 hints")
    terminal.press("t")
    terminal.wait_for("Asked by", "Nia")
    terminal.press("Enter")
    terminal.wait_for("Hint 1", "1 more hint")
    terminal.press("u")
    terminal.wait_for("Your guess", "Nia")
    terminal.type("the right host")
    terminal.press("Enter")
    terminal.wait_for("Guess  the right host")
    assert "Good " not in terminal.screen()
    terminal.press("Enter")
    terminal.wait_for("Compare: was it as you expected?", "Good   One line that names host", "Came   host")
    terminal.press("a")
    terminal.wait_for("Stop the drill?")
    terminal.press("Tab", "Enter")

    terminal.wait_for("Training, person by person", "1 guess")
    terminal.press("q")
    assert terminal.exit_code() == 4
    (path,) = artifacts.glob("restore_drill_*.json")
    report = json.loads(path.read_text())
    assert (report["training"], report["verdict"], report["cleanup"]) == (True, "aborted", "clean")
    trainees = {person["name"]: person for person in report["trainees"]}
    nia, lea = trainees["Nia"], trainees["Lea"]
    assert (nia["hints_shown"], len(nia["guesses"])) == (1, 1)
    assert nia["guesses"][0]["text"] == "the right host"
    assert nia["guesses"][0]["expected"].startswith("One line that names host")
    assert (lea["hints_shown"], lea["guesses"]) == (0, [])
    (journal,) = artifacts.glob("*/events.jsonl")
    nothing_left(journal.parent)
