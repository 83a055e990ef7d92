"""The chain of drills: one that was removed, changed or put in shows; what is ordinary never does."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from drill_tui.cli.archive_cmd import prune, show_chain
from drill_tui.cli.exits import Exit, UserError
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.journal import Journal, read_journal, read_with_tail
from drill_tui.evidence.chain import chain, follows_now
from drill_tui.programme.shelf import read_shelf
from tests.unit.evidence.rig import leave_drill, unlinked

Told = pytest.CaptureFixture[str]


@pytest.fixture
def folder(own_config: Path, tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


def problems(folder: Path) -> dict[str, str]:
    return {found.subject: found.says for found in chain(folder) if found.sound is False}


def followed(run_dir: Path) -> list[str]:
    started = read_journal(run_dir / "events.jsonl")[0].event
    assert isinstance(started, ev.DrillStarted)
    return [named.run for named in started.follows]


def test_each_drill_follows_the_one_before_it(folder: Path, capsys: Told) -> None:
    first, second, third = (leave_drill(folder, day) for day in (1, 2, 3))
    assert [followed(run) for run in (first, second, third)] == [[], [first.name], [second.name]]
    report = json.loads(next(folder.glob("restore_drill_20261102*.json")).read_text())
    assert report["follows"][0]["run"] == first.name
    assert problems(folder) == {}
    assert show_chain(None, folder) == Exit.PASSED
    assert f"none follows {third.name} yet" in capsys.readouterr().out


def test_a_removed_drill_shows_in_the_one_after_it(folder: Path) -> None:
    _, second, third = (leave_drill(folder, day) for day in (1, 2, 3))
    shutil.rmtree(second)
    next(folder.glob("restore_drill_20261102*.json")).unlink()
    assert list(problems(folder)) == [second.name, "the chain"]
    assert problems(folder)[second.name].endswith(f"{third.name} follows it")


def test_a_report_that_was_removed_shows(folder: Path) -> None:
    first, _ = (leave_drill(folder, day) for day in (1, 2))
    next(folder.glob("restore_drill_20261101*.json")).unlink()
    assert "has no report" in problems(folder)[first.name]


def test_a_journal_that_was_written_anew_shows(folder: Path) -> None:
    first, _ = (leave_drill(folder, day) for day in (1, 2))
    records = read_journal(first / "events.jsonl")
    (first / "events.jsonl").unlink()
    journal = Journal(first / "events.jsonl", first.name)
    for record in records:
        journal.append(record.event, record.at + 1.0)
    journal.close()
    assert "was changed after another drill had followed it" in problems(folder)[first.name]


def test_a_drill_that_was_put_between_shows(folder: Path, tmp_path: Path) -> None:
    for day in (1, 3):
        leave_drill(folder, day)
    invented = leave_drill(tmp_path / "elsewhere", 2)
    shutil.copytree(invented, folder / invented.name)
    shutil.copy(next(invented.parent.glob("restore_drill_*.json")), folder)
    assert "no later drill follows it" in problems(folder)[invented.name]


def test_two_drills_at_once_are_both_followed_by_the_next(folder: Path) -> None:
    first = leave_drill(folder, 1)
    before = follows_now(folder)
    second = leave_drill(folder, 2, follows=before)
    twin = leave_drill(folder, 2, end="beef", follows=before)
    assert followed(second) == followed(twin) == [first.name]
    assert problems(folder) == {}
    assert set(followed(leave_drill(folder, 3))) == {second.name, twin.name}
    assert problems(folder) == {}


def test_a_drill_that_went_on_after_it_was_followed_is_followed_again(folder: Path) -> None:
    """`clean` adds to a journal; what it had before must still be its beginning."""
    first, _ = (leave_drill(folder, day) for day in (1, 2))
    _, tail = read_with_tail(first / "events.jsonl")
    journal = Journal(first / "events.jsonl", first.name, tail)
    journal.append(ev.NoteAdded(by="olga", text="looked at it again", step=""), tail.at)
    journal.close()
    assert problems(folder) == {}
    assert first.name in followed(leave_drill(folder, 3))


def test_what_a_crash_left_of_a_line_is_not_followed(folder: Path) -> None:
    first = leave_drill(folder, 1)
    size_bytes = (first / "events.jsonl").stat().st_size
    with (first / "events.jsonl").open("ab") as journal:
        journal.write(b'{"v":1,"seq":99')
    assert [named.size_bytes for named in follows_now(folder)] == [size_bytes]


def test_drills_of_an_older_version_are_named_and_in_nobodys_way(folder: Path) -> None:
    old = [unlinked(leave_drill(folder, day)) for day in (1, 2)]
    found = {one.subject: one for one in chain(folder)}
    assert found["the chain"].sound is None
    assert set(followed(leave_drill(folder, 3))) == {run.name for run in old}
    assert problems(folder) == {}
    assert "2 drills of an older drill-tui" in {f.subject: f for f in chain(folder)}["before the chain"].says


def test_a_pruned_drill_leaves_a_record_and_the_chain_goes_on(folder: Path, capsys: Told) -> None:
    runs = [leave_drill(folder, day) for day in (1, 2, 3)]
    assert prune("1d", "older than the rule", "olga", False, None, folder) == Exit.PASSED
    assert all(run.is_dir() for run in runs), "nothing goes without --apply"
    assert prune("1d", "older than the rule", "olga", True, None, folder) == Exit.PASSED
    assert [run.is_dir() for run in runs] == [False, False, True], "the newest stays"
    assert len(read_shelf(folder).drills) == 1
    assert problems(folder) == {}
    told = {one.subject: one.says for one in chain(folder)}[runs[0].name]
    assert "by olga (older than the rule); it came to pass" in told
    assert followed(leave_drill(folder, 4)) == [runs[2].name]
    (folder / "pruned" / f"{runs[1].name}.json").unlink()
    assert "is not here" in problems(folder)[runs[1].name]
    with pytest.raises(UserError, match="the chain does not hold"):
        prune("1d", "again", "olga", True, None, folder)


def test_a_backup_in_a_run_is_never_pruned(folder: Path, capsys: Told) -> None:
    run, _ = (leave_drill(folder, day) for day in (1, 2))
    (run / "backup").mkdir()
    prune("1d", "old", "olga", True, None, folder)
    assert run.is_dir()
    assert "its folder holds backup" in capsys.readouterr().out
