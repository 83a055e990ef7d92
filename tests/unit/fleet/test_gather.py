"""Evidence goes to the fleet and comes back, and nothing else does."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest

from drill_tui.evidence.chain import chain
from drill_tui.fleet.gather import LOG_NAME, leave, take
from drill_tui.programme.incident import acknowledged, followed_up
from drill_tui.programme.incident_store import incidents_of
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


@pytest.mark.parametrize("ahead_s", [-3600, 3600])
def test_what_was_done_about_an_incident_in_two_places_is_all_kept(ahead_s: int, tmp_path: Path) -> None:
    """Somebody takes it up while a drill runs that follows it up, on a host whose clock is another."""
    work, evidence = tmp_path / "work", tmp_path / "evidence"
    work.mkdir()
    leave_run(work, failing())
    leave(work, evidence)
    here, there = incidents_of(work), incidents_of(evidence)
    (one,) = here.every()
    there.change(one.id, partial(acknowledged, by="Olga", note="mine", now=2_000_000_000.0))
    here.change(one.id, partial(followed_up, run_id="restore-drill_9999", now=2_000_000_060.0))
    at = there.path(one.id).stat().st_mtime + ahead_s
    os.utime(here.path(one.id), (at, at))
    leave(work, evidence)
    (kept,) = there.every()
    assert kept == here.every()[0]
    assert [act.what for act in kept.acts][-2:] == ["acknowledged", "followed_up"]
    assert (kept.state, kept.followed_up_by, kept.freezes) == ("acknowledged", "restore-drill_9999", False)
    assert "Olga" in there.path(one.id).with_suffix(".md").read_text()


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
