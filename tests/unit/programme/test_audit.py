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
from drill_tui.engine import events as ev
from drill_tui.engine.journal import Journal, read_journal
from drill_tui.engine.left_files import left_files
from drill_tui.programme.aftermath import after_drill
from drill_tui.programme.audit import audit
from drill_tui.programme.earlier import earlier_of
from drill_tui.programme.incident import acknowledged
from drill_tui.programme.incident_store import incidents_of
from drill_tui.programme.shelf import read_shelf
from drill_tui.sinks.artifact import write_all
from drill_tui.sinks.evidence import report_of_run
from tests.unit.programme.past import DAY, leave
from tests.unit.sinks.stories import failing
from tests.unit.verdict.drills import Drill, whole_drill

FINDINGS = "verify_20261122T140110Z.json"


def leave_run(artifacts: Path, drill: Drill) -> Path:
    """The folder of a run with everything that a drill leaves."""
    run_dir = artifacts / drill.run
    (run_dir / "logs").mkdir(parents=True)
    for step in ("restore", "verify", "target-server"):
        (run_dir / "logs" / f"{step}.log").write_text(f"the last words of {step}\n")
    findings = artifacts / FINDINGS
    findings.write_text('{"tables": 18}\n')
    journal = Journal(run_dir / "events.jsonl", drill.run)
    for record in drill.records:
        event = record.event
        if isinstance(event, ev.DrillStarted):
            event = replace(event, earlier=earlier_of(event.runbook_id, read_shelf(artifacts)))
        if isinstance(event, ev.DrillEnded):
            event = replace(event, files=left_files(run_dir, [str(findings)]))
        journal.append(event, record.at)
    journal.close()
    conclude(run_dir)
    return run_dir


def conclude(run_dir: Path) -> None:
    report = report_of_run(run_dir)
    paths = write_all(report, run_dir, run_dir.parent, {})
    after_drill(report, paths[0], run_dir, {"DB_HOST": "db.example"}, pytest.fail)


@pytest.fixture(params=["passed", "failed"])
def run_dir(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    for days in range(30, 35):
        leave(tmp_path, DAY * days)
    drills = {"passed": whole_drill, "failed": lambda: failing().clean_up()}
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


KINDS = (
    "events.jsonl",
    "report.html",
    "report.md",
    "junit.xml",
    "logs/restore.log",
    "logs/verify.log",
    "logs/target-server.log",
    f"../{FINDINGS}",
    "../restore_drill_20261122T140102Z.json",
    "../restore-drill.prom",
    "../incidents/incident_restore-drill_20261122T140102Z_3fa9.json",
    "../incidents/incident_restore-drill_20261122T140102Z_3fa9.md",
)


def test_every_kind_of_file_is_tried(sound_run: Path) -> None:
    left = {path for path in sound_run.parent.rglob("*") if path.is_file()}
    tried = {(sound_run / kind).resolve() for kind in KINDS}
    assert left - tried == {sound_run.parent / "incidents" / ".lock"}


@pytest.mark.parametrize("kind", KINDS)
def test_one_bit_in_any_file_is_noticed_wherever_it_is(kind: str, sound_run: Path) -> None:
    path = sound_run / kind
    whole = path.read_bytes()
    size = len(whole)
    for at in sorted({0, size // 2, size - 1}):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        found = unsound(sound_run)
        assert found if kind == "events.jsonl" else fits(path, found), (at, found)
    path.write_bytes(whole)
    assert unsound(sound_run) == {}


def fits(path: Path, found: dict[str, str]) -> bool:
    """Whether that file is named, and no other but those that quote it."""
    names = {Path(subject).name for subject in found}
    incident = "incident_restore-drill_20261122T140102Z_3fa9"
    if path.name.startswith("restore_drill_"):
        return len(names) == 1 and names <= {path.name, "the JSON report"}
    if path.stem == incident:
        return bool(names) and names <= {f"{incident}.json", f"{incident}.md"}
    quoting = {"junit.xml", "report.html", f"{incident}.json"} if path.suffix == ".log" else set()
    return path.name in names and names - {path.name} <= quoting


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_file_that_is_gone_is_named(kind: str, sound_run: Path) -> None:
    (sound_run / kind).unlink()
    found = unsound(sound_run)
    name = "the JSON report" if "restore_drill_" in kind else Path(kind).name
    assert any(name in subject for subject in found), found


@pytest.mark.parametrize("name", ["logs/99-extra.log", "logs/deeper/x.log", "note.txt"])
def test_a_file_that_was_added_is_named(name: str, sound_run: Path) -> None:
    path = sound_run / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("nothing\n")
    assert unsound(sound_run) == {name: "was added: it was not there when the drill ended"}


def test_a_log_that_grew_is_named_unless_the_drill_left_something_running(tmp_path: Path) -> None:
    clean = leave_run(tmp_path / "clean", whole_drill())
    kept = Drill().start().passed("open_source").clean_up(result=ev.CleanupResult.KEPT)
    kept_run = leave_run(tmp_path / "kept", kept)
    for run_dir in (clean, kept_run):
        with (run_dir / "logs" / "target-server.log").open("a") as log:
            log.write("one line more\n")
    assert "was changed" in unsound(clean)["logs/target-server.log"]
    assert "logs/target-server.log" not in unsound(kept_run)


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
    assert unsound(sound_run)[path.name] == "differs from the journal: verdict"


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
