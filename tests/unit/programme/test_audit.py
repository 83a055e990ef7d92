"""`drill-tui report check`: evidence that was tampered with is named, sound evidence never."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.report_cmd import check
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.journal import Journal, read_journal
from drill_tui.engine.record.left_files import left_files
from drill_tui.programme.incident import acknowledged
from drill_tui.programme.incident_store import incidents_of
from tests.unit.programme.audit_rig import FINDINGS, conclude, leave_run, report_of, unsound
from tests.unit.programme.past import DAY, leave
from tests.unit.sinks.stories import failing
from tests.unit.verdict.drills import Drill, whole_drill


@pytest.fixture(params=["passed", "failed"])
def run_dir(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for days in range(30, 35):
        leave(tmp_path, DAY * days)
    drills = {"passed": whole_drill, "failed": lambda: failing().clean_up()}
    return leave_run(tmp_path, drills[request.param]())


def test_sound_evidence_is_sound(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(run_dir.name, None, run_dir.parent) == Exit.PASSED
    told = capsys.readouterr().out
    assert told.count("✗") == 0
    assert FINDINGS in told
    assert sha256((run_dir / "events.jsonl").read_bytes()).hexdigest() in told
    conclude(run_dir)
    assert unsound(run_dir) == {}, "reporting again changes nothing"


def test_later_drills_change_nothing(sound_run: Path) -> None:
    leave(sound_run.parent, -DAY)
    leave_run(sound_run.parent, later(whole_drill()))
    assert unsound(sound_run) == {}


def later(drill: Drill) -> Drill:
    drill.run = "restore-drill_20261123T140102Z_3fb0"
    drill.records = [replace(record, at=record.at + 86_400.0) for record in drill.records]
    return drill


def test_a_run_that_was_cut_off_cannot_be_told(tmp_path: Path) -> None:
    run_dir = leave_run(tmp_path, failing())
    (found,) = unsound(run_dir).items()
    assert found[0] == "logs"
    assert f"drill-tui clean {run_dir.name}" in found[1]


def test_a_run_that_is_ended_again_checks_out_again(sound_run: Path) -> None:
    """`clean` after a drill that left something behind: what it wrote belongs to the evidence then."""
    records = read_journal(sound_run / "events.jsonl")
    (sound_run / "events.jsonl").unlink()
    journal = Journal(sound_run / "events.jsonl", sound_run.name)
    for record in records:
        journal.append(record.event, record.at)
    at = records[-1].at + 60.0
    journal.append(ev.DrillRecovered(how="clean", down_s=60.0, pid=1, boot_id="b"), at)
    conclude(sound_run)
    assert list(unsound(sound_run)) == ["logs"], "taken over, and not ended yet"
    (sound_run / "logs" / "cleanup.log").write_text("directory /x: removed\n")
    journal.append(ev.CleanupStarted(reason=ev.EndReason.FAILED), at)
    journal.append(ev.CleanupEnded(result=ev.CleanupResult.CLEAN), at)
    files = left_files(sound_run, [str(sound_run.parent / FINDINGS)])
    journal.append(ev.DrillEnded(reason=ev.EndReason.FAILED, files=files), at)
    journal.close()
    conclude(sound_run)
    assert unsound(sound_run) == {}


def test_what_people_did_about_an_incident_is_their_own_word(sound_run: Path) -> None:
    store = incidents_of(sound_run.parent)
    (incident,) = store.every()
    store.change(incident.id, lambda found: acknowledged(found, "Olga", "mine", 1_795_400_000.0))
    assert unsound(sound_run) == {}
    path = store.path(incident.id)
    path.write_text(path.read_text().replace('"verdict": "fail"', '"verdict": "error"'))
    assert "differs from the journal: verdict" in unsound(sound_run)[path.name]


def test_a_run_that_was_copied_elsewhere_is_as_sound_there(run_dir: Path, tmp_path: Path) -> None:
    """Without the reports of the drills that it compares with."""
    there = tmp_path / "at-the-auditor"
    there.mkdir()
    report = report_of(run_dir)
    assert json.loads(report.read_text())["earlier"]["passed"] == 5
    for path in (run_dir.parent / FINDINGS, report, run_dir.parent / "restore-drill.prom"):
        shutil.copy(path, there)
    for folder in (run_dir, run_dir.parent / "incidents"):
        if folder.is_dir():
            shutil.copytree(folder, there / folder.name)
    assert unsound(there / run_dir.name) == {}


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


def test_a_report_of_an_older_version_that_knew_no_hash_is_sound(sound_run: Path) -> None:
    path = report_of(sound_run)
    data = json.loads(path.read_text())
    del data["journal_sha256"]
    path.write_text(json.dumps(data))
    assert unsound(sound_run) == {}


def test_an_unknown_run_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no run is called 'nope'"):
        check("nope", None, tmp_path)
