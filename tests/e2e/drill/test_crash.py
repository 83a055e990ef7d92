"""`kill -9` while a real drill runs: what is left is named, and removed or taken up again."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.drill.running import (
    DRILL_TIMEOUT_S,
    drill_tui,
    evidence_is_sound,
    nothing_left,
    processes_of,
    start_drill,
    wait_for_step,
    wait_until,
)

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_crash")]


def killed_at(step: str, artifacts: Path, env: dict[str, str]) -> Path:
    """The directory of a run whose drill-tui was killed while `step` ran, once its children are gone too."""
    process = start_drill(artifacts, env=env)
    run_dir = wait_for_step(process, artifacts, step)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=DRILL_TIMEOUT_S)
    wait_until(lambda: processes_of(run_dir.name) == [], "the children to die with their parent")
    return run_dir


def clean(run_dir: Path) -> subprocess.CompletedProcess[str]:
    return drill_tui("clean", run_dir.name, "--artifacts", str(run_dir.parent))


def report_of(run_dir: Path) -> dict[str, object]:
    (path,) = run_dir.parent.glob("restore_drill_*.json")
    report: dict[str, object] = json.loads(path.read_text())
    return report


@pytest.mark.parametrize(
    ("step", "verdict"),
    [("backup", "error"), ("start_target", "error"), ("restore", "error"), ("stop_target", "pass")],
)
def test_clean_removes_exactly_what_a_killed_drill_left(
    step: str, verdict: str, shop: dict[str, str], tmp_path: Path
) -> None:
    run_dir = killed_at(step, tmp_path, shop)
    bystander = run_dir / "of-somebody-else"
    bystander.write_text("stays")
    cleaned = clean(run_dir)
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    nothing_left(run_dir)
    assert bystander.read_text() == "stays"
    assert report_of(run_dir)["verdict"] == verdict
    assert "nothing" in clean(run_dir).stdout.lower()
    evidence_is_sound(run_dir)


def test_the_next_start_says_what_was_left(shop: dict[str, str], tmp_path: Path) -> None:
    run_dir = killed_at("check_backup", tmp_path, shop)
    process = start_drill(tmp_path, env={**shop, "DB_PORT": "1"})
    _, stderr = process.communicate(timeout=DRILL_TIMEOUT_S)
    assert run_dir.name in stderr
    assert f"drill-tui clean {run_dir.name}" in stderr
    assert clean(run_dir).returncode == 0
    nothing_left(run_dir)


def test_resume_goes_on_from_the_last_finished_step_and_tells_the_story(
    shop: dict[str, str], tmp_path: Path
) -> None:
    run_dir = killed_at("verify", tmp_path, shop)
    resumed = drill_tui("resume", run_dir.name, "--artifacts", str(tmp_path), env=shop)
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    report = report_of(run_dir)
    assert report["verdict"] == "pass"
    assert report["recovered"] == 1
    steps = {step["id"]: step for step in report["steps"]}  # type: ignore[attr-defined]
    assert len(steps["backup"]["attempts"]) == 1, "a finished step is not run again"
    assert [attempt["outcome"] for attempt in steps["verify"]["attempts"]] == ["interrupted", "passed"]
    nothing_left(run_dir)
    evidence_is_sound(run_dir)


def test_a_step_that_must_not_be_repeated_leads_to_cleanup_when_nobody_can_be_asked(
    shop: dict[str, str], tmp_path: Path
) -> None:
    run_dir = killed_at("restore", tmp_path, shop)
    resumed = drill_tui("resume", run_dir.name, "--artifacts", str(tmp_path), env=shop)
    assert resumed.returncode == 3, resumed.stdout + resumed.stderr
    assert report_of(run_dir)["verdict"] == "error"
    nothing_left(run_dir)


def test_a_journal_with_a_broken_line_says_what_can_be_done(shop: dict[str, str], tmp_path: Path) -> None:
    run_dir = killed_at("check_backup", tmp_path, shop)
    journal = run_dir / "events.jsonl"
    whole = journal.read_bytes()
    lines = whole.splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:4], b'{"garbage\n', *lines[5:]]))
    for command in ("clean", "resume", "replay", "watch"):
        told = drill_tui(command, run_dir.name, "--artifacts", str(tmp_path))
        assert told.returncode == 3, told.stdout + told.stderr
        assert "events.jsonl:5: not a line of a journal" in told.stderr
        assert "Put events.jsonl back from a copy" in told.stderr
    journal.write_bytes(whole)
    assert clean(run_dir).returncode == 0
    nothing_left(run_dir)
