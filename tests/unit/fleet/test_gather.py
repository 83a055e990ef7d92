"""Evidence goes to the fleet and comes back, and nothing else does."""

from __future__ import annotations

import os
from pathlib import Path

from drill_tui.evidence.chain import chain
from drill_tui.fleet.gather import LOG_NAME, leave, take
from tests.unit.programme.audit_rig import leave_run
from tests.unit.sinks.stories import failing
from tests.unit.verdict.drills import whole_drill


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_run_comes_home_whole_without_its_secrets_and_backups(tmp_path: Path) -> None:
    work, evidence = tmp_path / "work", tmp_path / "evidence"
    work.mkdir()
    run = leave_run(work, whole_drill())
    for folder in ("private", "backup"):
        (run / folder).mkdir()
        (run / folder / "thing").write_text("not evidence")
    (work / LOG_NAME).write_text("what the drill printed")
    before = {
        name for name in names(work) if not name.startswith((f"{run.name}/private", f"{run.name}/backup"))
    }
    leave(work, evidence)
    assert names(evidence) == {name for name in before if not name.endswith((".lock", LOG_NAME))}
    assert all(finding.sound is not False for finding in chain(evidence))


def test_the_next_host_builds_upon_what_the_first_one_left(tmp_path: Path) -> None:
    first, evidence, second = tmp_path / "one", tmp_path / "evidence", tmp_path / "two"
    first.mkdir()
    leave_run(first, failing())
    leave(first, evidence)
    take(evidence, second)
    assert list(second.glob("incidents/*.json"))
    assert list(second.glob("restore_drill_*.json"))
    assert list(second.glob("*/events.jsonl"))
    assert not list(second.glob("*/report.html"))


def test_the_newer_of_two_stays(tmp_path: Path) -> None:
    work, evidence = tmp_path / "work", tmp_path / "evidence"
    for folder, text, at in ((work, "old", 1_000), (evidence, "new", 2_000)):
        folder.mkdir()
        (folder / "notes.json").write_text(text)
        os.utime(folder / "notes.json", (at, at))
    leave(work, evidence)
    assert (evidence / "notes.json").read_text() == "new"
    take(evidence, work)
    assert (work / "notes.json").read_text() == "new"
