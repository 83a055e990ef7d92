"""The guided drill as people have it: the real program on a real terminal, against real PostgreSQL."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drill_tui.engine.record.events import DrillStarted
from drill_tui.engine.record.journal import read_journal
from tests.e2e.drill.running import ROOT, nothing_left, processes_of, wait_until
from tests.e2e.drill.terminal import LISTENING, Terminal

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("drill_guided"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

FAILS_ONCE = """
  - id: fails_once
    title: A step that fails once
    run: [sh, -c, 'test -e "$DRILL_RUN_DIR/mended" || { touch "$DRILL_RUN_DIR/mended"; echo no; exit 7; }']

  - id: check_backup
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose restore drill has a step that fails the first time."""
    project = tmp_path / "project"
    (project / "runbooks").mkdir(parents=True)
    (project / "scripts").symlink_to(ROOT / "scripts")
    text = (ROOT / "runbooks/restore-drill.yaml").read_text()
    assert text.count("\n  - id: check_backup\n") == 1
    text = text.replace("\n  - id: check_backup\n", FAILS_ONCE)
    (project / "runbooks/restore-drill.yaml").write_text(text)
    return project


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path.name, tmp_path)
    yield terminal
    terminal.close()


def sign_in(terminal: Terminal, project: Path, artifacts: Path, env: dict[str, str], *arguments: str) -> None:
    """Until the drill stands still before its first step."""
    terminal.run("--project", str(project), "--artifacts", str(artifacts), *arguments, env=env)
    terminal.wait_for("Quarterly restore drill", "Start")
    terminal.press("Enter")
    terminal.wait_for("Who takes part?", "Start the drill")
    for name in ("Ada", "Ben", "Cleo"):
        terminal.fill_in(name)
    terminal.press("C-s")
    terminal.wait_for("‖ Ada (lead) starts: Find the source", "c run through  ⏎ start it")


def run_through(terminal: Terminal) -> None:
    """From here on the drill stops only where its runbook does."""
    terminal.press("c")


def sign_off_and_debrief(terminal: Terminal) -> None:
    sign_off(terminal)
    debrief(terminal)


def sign_off(terminal: Terminal) -> None:
    """Ada and Ben sign."""
    terminal.wait_for("Needs 2 different people", LISTENING)
    terminal.press("Space")
    terminal.wait_for("[✓] Ada", "1 more person must sign")
    terminal.press("Tab", "Space")
    terminal.wait_for("[✓] Ben")
    terminal.press("Tab", "Tab", "Tab", "Tab", "Enter")


def debrief(terminal: Terminal) -> None:
    """The debrief is written; until the result is on the screen."""
    terminal.wait_for("What surprised you?", LISTENING)
    terminal.type("the globals")
    terminal.press("Tab", "Tab")
    terminal.type("Add the role to globals; Ben; 2026-12-31")
    terminal.press("Tab", "Tab", "Enter")
    stand_in = "This is for the scribe, whom nobody signed in as"
    terminal.wait_for(stand_in)
    wait_until(lambda: press_again(terminal, stand_in), "the debrief taken from the lead")
    terminal.wait_for("Criteria", "✓ met")


def press_again(terminal: Terminal, while_seen: str) -> bool:
    """A button takes no second press for 0.2 s after the first, so that a double one does not count twice."""
    if while_seen in terminal.screen():
        terminal.press("Enter")
        return False
    return True


def report_in(artifacts: Path) -> dict[str, Any]:
    (path,) = artifacts.glob("restore_drill_*.json")
    report: dict[str, Any] = json.loads(path.read_text())
    return report


def test_a_team_retries_a_step_signs_off_and_passes(
    terminal: Terminal, project: Path, shop: dict[str, str], tmp_path: Path
) -> None:
    artifacts = tmp_path / "artifacts"
    sign_in(terminal, project, artifacts, shop)
    terminal.press("Enter")
    terminal.wait_for("‖ Cleo (second) starts: Find", "✓ Find the source", "c run through")
    run_through(terminal)

    terminal.wait_for("Failed: A step that fails once", LISTENING)
    terminal.press("r")

    sign_off_and_debrief(terminal)
    terminal.press("q")
    assert terminal.exit_code() == 0
    terminal.wait_for("Evidence", "PASS  The backup restores")

    report = report_in(artifacts)
    assert (report["verdict"], report["mode"], report["cleanup"]) == ("pass", "guided", "clean")
    steps = {step["id"]: step for step in report["steps"]}
    assert [a["outcome"] for a in steps["fails_once"]["attempts"]] == ["failed", "passed"]
    assert steps["fails_once"]["attempts"][0]["exit_code"] == 7
    (gate,) = [gate for gate in report["gates"] if gate["kind"] == "signoff"]
    assert [(s["name"], s["role"], s["attested"]) for s in gate["by"]] == [
        ("Ada", "lead", "same-terminal"),
        ("Ben", "operator", "same-terminal"),
    ]
    assert {p["name"] for p in report["participants"]} == {"Ada", "Ben", "Cleo"}
    assert report["rto"]["human_s"] > 0
    assert [pause["by"] for pause in report["pauses"]] == ["guided", "guided"]
    assert steps["open_source"]["confirmed_by"] == "Ada (lead)"
    (note,) = [gate for gate in report["gates"] if gate["kind"] == "note"]
    assert (note["values"]["surprise"], note["reason"]) == ("the globals", "in the place of the scribe")
    assert [(a["owner"], a["until"]) for a in report["agreed"]] == [("Ben", "2026-12-31")]
    (journal,) = artifacts.glob("*/events.jsonl")
    nothing_left(journal.parent)


def test_a_lost_terminal_still_cleans_up_and_reports(
    terminal: Terminal, project: Path, shop: dict[str, str], tmp_path: Path
) -> None:
    artifacts = tmp_path / "artifacts"
    sign_in(terminal, project, artifacts, shop)
    run_through(terminal)
    terminal.wait_for("Failed: A step that fails once")
    (journal,) = artifacts.glob("*/events.jsonl")
    terminal.close()
    wait_until(lambda: bool(list(artifacts.glob("restore_drill_*.json"))), "the report of the lost drill")
    wait_until(lambda: not processes_of(str(artifacts)), "the end of the program and all that it started")
    assert report_in(artifacts)["cleanup"] == "clean"
    assert read_journal(journal)[-1].event.TYPE == "drill.ended"
    nothing_left(journal.parent)


def kill_drill(artifacts: Path) -> Path:
    """Kill the program that drives the only run; its journal."""
    (journal,) = artifacts.glob("*/events.jsonl")
    started = read_journal(journal)[0].event
    assert isinstance(started, DrillStarted)
    os.kill(started.pid, signal.SIGKILL)
    return journal


def test_a_killed_drill_goes_on_on_the_screen(
    terminal: Terminal, project: Path, shop: dict[str, str], tmp_path: Path
) -> None:
    artifacts = tmp_path / "artifacts"
    sign_in(terminal, project, artifacts, shop)
    run_through(terminal)
    terminal.wait_for("Failed: A step that fails once", LISTENING)
    terminal.press("r")
    terminal.wait_for("Needs 2 different people")
    journal = kill_drill(artifacts)
    wait_until(lambda: not processes_of(journal.parent.name), "the end of what the killed drill had started")
    terminal.close()

    again = Terminal(f"{tmp_path.name}-again", project)
    try:
        again.run(
            "resume", journal.parent.name, "--project", str(project), "--artifacts", str(artifacts), env=shop
        )
        again.wait_for("Taking it up again", "Needs 2 different people")
        again.wait_for(LISTENING)
        again.press("Escape")
        again.wait_for("✓ Create a backup", "✓ A step that fails once")
        again.press("g")
        sign_off(again)
        again.wait_for("‖ Cleo (second) starts: Name what")
        run_through(again)
        debrief(again)
        again.press("q")
        assert again.exit_code() == 0
    finally:
        again.close()

    report = report_in(artifacts)
    assert (report["verdict"], report["mode"], report["cleanup"]) == ("pass", "guided", "clean")
    assert report["recovered"] == 1
    steps = {step["id"]: step for step in report["steps"]}
    assert len(steps["backup"]["attempts"]) == 1, "a finished step is not run again"
    assert [gate["answer"] for gate in report["gates"] if gate["step"] == "restore"][-1] == "approved"
    nothing_left(journal.parent)


def test_home_lists_a_killed_drill_and_cleans_up_after_it(
    terminal: Terminal, project: Path, shop: dict[str, str], tmp_path: Path
) -> None:
    artifacts = tmp_path / "artifacts"
    sign_in(terminal, project, artifacts, shop)
    run_through(terminal)
    terminal.wait_for("Failed: A step that fails once")
    journal = kill_drill(artifacts)
    terminal.close()

    again = Terminal(f"{tmp_path.name}-again", project)
    try:
        again.run("--project", str(project), "--artifacts", str(artifacts), env=shop)
        again.wait_for("was interrupted", "Quarterly restore drill")
        again.press("Enter")
        again.wait_for("This run was interrupted", "Leave it")
        again.press("c")
        again.wait_for("Nothing is left of it but its evidence")
        wait_until(lambda: "was interrupted" not in again.screen(), "the list without the cleaned run")
        again.press("q")
        assert again.exit_code() == 0
    finally:
        again.close()
    assert report_in(artifacts)["cleanup"] == "clean"
    nothing_left(journal.parent)
