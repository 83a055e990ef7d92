"""The drill's own server is killed while the drill stands before the restore."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.drill.running import ROOT, drill_tui, nothing_left, run_drill

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_target_dies")]

KILL = """  - id: accident
    title: The server dies
    run: |
      pid=$DRILL_OUT_START_TARGET_PID
      kill -9 "$pid"
      while grep -q '^State:[^Z]*$' "/proc/$pid/status" 2>/dev/null; do sleep 0.02; done

"""


def test_a_target_that_died_is_told_once_says_nothing_of_the_backup_and_freezes_nothing(
    shop: dict[str, str], tmp_path: Path
) -> None:
    text = (ROOT / "runbooks" / "restore-drill.yaml").read_text()
    book = tmp_path / "accident.yaml"
    book.write_text(text.replace("  - id: restore\n", f"{KILL}  - id: restore\n", 1))
    artifacts = tmp_path / "evidence"
    drill = run_drill(artifacts, "--runbook", str(book), env=shop)
    assert drill.code == 3, drill.story()
    report = drill.report
    assert (report["verdict"], report["freezes"]) == ("error", False)
    told = report["failure_reason"]
    assert told.startswith("step restore (Restore into the isolated database) ended in an error: "), told
    assert "The isolated database died: its server (process " in told
    steps = {step["id"]: step for step in report["steps"]}
    assert {steps[name]["outcome"] for name in ("name_actors", "verify")} == {"skipped"}
    assert report["gates"] == [], "nobody is asked to sign for what is dead"
    for name in ("restore_completes", "schema", "data_integrity"):
        assert drill.criterion(name)["detail"] == f"because {told}"
    nothing_left(drill.run_dir)
    place = ["--artifacts", str(artifacts)]
    assert drill_tui("freeze", "--check", *place).returncode == 0
    (incident,) = json.loads(drill_tui("incident", "list", "--json", *place).stdout)
    commands = [
        part for step in incident["next_steps"] for part in step.split("`")[1::2] if "incident" in part
    ]
    assert commands
    assert all(f"--artifacts {artifacts}" in command for command in commands)
    page = drill_tui("incident", "show", drill.run_dir.name, *place)
    assert page.returncode == 0
