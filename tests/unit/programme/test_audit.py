"""`drill-tui report check`: evidence that was tampered with is named, sound evidence never."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.report_cmd import check
from drill_tui.engine.journal import Journal
from drill_tui.programme.audit import audit
from drill_tui.programme.earlier import earlier_than
from drill_tui.programme.shelf import read_shelf
from drill_tui.sinks.artifact import write_all
from drill_tui.sinks.evidence import report_of_run
from tests.unit.programme.past import DAY, leave
from tests.unit.sinks.stories import failing
from tests.unit.verdict.drills import Drill, whole_drill


def leave_run(artifacts: Path, drill: Drill) -> Path:
    """The folder of a run with everything that a drill leaves."""
    run_dir = artifacts / drill.run
    (run_dir / "logs").mkdir(parents=True)
    (run_dir / "logs" / "verify.log").write_text("the last words\n")
    journal = Journal(run_dir / "events.jsonl", drill.run)
    for record in drill.records:
        journal.append(record.event, record.at)
    journal.close()
    conclude(run_dir)
    return run_dir


def conclude(run_dir: Path) -> None:
    report = report_of_run(run_dir)
    earlier = earlier_than(report, read_shelf(run_dir.parent))
    write_all(report, run_dir, run_dir.parent, {}, earlier)


@pytest.fixture(params=["passed", "failed", "cut off"])
def run_dir(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for days in range(30, 35):
        leave(tmp_path, DAY * days)
    drills = {"passed": whole_drill, "failed": lambda: failing().clean_up(), "cut off": failing}
    return leave_run(tmp_path, drills[request.param]())


@pytest.fixture
def sound_run(tmp_path: Path) -> Path:
    return leave_run(tmp_path, failing().clean_up())


def unsound(run_dir: Path) -> dict[str, str]:
    return {found.subject: found.says for found in audit(run_dir) if not found.sound}


def report_of(run_dir: Path) -> Path:
    (path,) = run_dir.parent.glob("restore_drill_20261122T140102Z*.json")
    return path


def test_sound_evidence_is_sound(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(run_dir.name, None, run_dir.parent) == Exit.PASSED
    told = capsys.readouterr().out
    assert told.count("✓") == 5
    assert sha256((run_dir / "events.jsonl").read_bytes()).hexdigest() in told
    conclude(run_dir)
    assert unsound(run_dir) == {}, "reporting again changes nothing"


def test_later_drills_change_nothing(sound_run: Path) -> None:
    leave(sound_run.parent, -DAY)
    assert unsound(sound_run) == {}


def changed(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text()
    path.write_text(change(before))
    assert path.read_text() != before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace("1 criterion missed", "0 criteria missed", 1), "the journal was altered"),
        (lambda text: "".join(text.splitlines(True)[:3] + text.splitlines(True)[4:]), "a line was removed"),
        (lambda text: text + text.splitlines(True)[-1], "a line was removed, added or moved"),
        (lambda text: "nonsense\n" + text, "not a line of a journal"),
        (lambda text: "", "there is nothing to report on"),
    ],
)
def test_a_journal_that_was_changed(change: Callable[[str], str], why: str, sound_run: Path) -> None:
    changed(sound_run / "events.jsonl", change)
    found = unsound(sound_run)
    assert list(found) == ["events.jsonl"]
    assert why in found["events.jsonl"]
    assert check(str(sound_run), None, None) == Exit.FAILED


def test_a_journal_that_was_written_anew_has_another_hash(sound_run: Path) -> None:
    """Its chain is sound; the report still holds the hash of the one that it was made from."""
    (sound_run / "events.jsonl").unlink()
    forged = Journal(sound_run / "events.jsonl", sound_run.name)
    for record in whole_drill().records:
        forged.append(record.event, record.at)
    forged.close()
    found = unsound(sound_run)
    assert "events.jsonl" not in found
    says = found[report_of(sound_run).name]
    assert "verdict is 'fail', by the journal 'pass'" in says


def test_a_report_that_was_changed(sound_run: Path) -> None:
    path = report_of(sound_run)
    data = json.loads(path.read_text())
    data["criteria"][0]["result"] = "met" if data["criteria"][0]["result"] != "met" else "missed"
    path.write_text(json.dumps(data))
    assert "criteria[0].result is " in unsound(sound_run)[path.name]


@pytest.mark.parametrize("text", ["", "{}", "[]"])
def test_a_report_that_is_none(text: str, sound_run: Path) -> None:
    path = report_of(sound_run)
    run_id = json.dumps({"run_id": sound_run.name}) if text == "{}" else text
    path.write_text(run_id)
    (says,) = unsound(sound_run).values()
    assert "is no report" in says if text == "{}" else "there is none of this run" in says


@pytest.mark.parametrize("name", ["report.html", "report.md", "junit.xml"])
def test_a_page_that_was_changed_or_is_gone(name: str, sound_run: Path) -> None:
    changed(sound_run / name, lambda text: text.replace("FAIL", "PASS").replace("failure", "success"))
    assert list(unsound(sound_run)) == [name]
    assert "it was changed" in unsound(sound_run)[name]
    (sound_run / name).unlink()
    assert unsound(sound_run) == {name: "cannot be read: No such file or directory"}


def test_a_page_whose_earlier_reports_are_gone_says_that_this_may_be_why(tmp_path: Path) -> None:
    gone = leave(tmp_path, DAY * 30)
    run_dir = leave_run(tmp_path, whole_drill())
    gone.unlink()
    (says,) = unsound(run_dir).values()
    assert "earlier reports that it was compared with have gone" in says


def test_a_report_of_an_older_version_that_knew_no_hash_is_sound(sound_run: Path) -> None:
    path = report_of(sound_run)
    data = json.loads(path.read_text())
    del data["journal_sha256"]
    path.write_text(json.dumps(data))
    assert unsound(sound_run) == {}


def test_an_unknown_run_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no run is called 'nope'"):
        check("nope", None, tmp_path)
