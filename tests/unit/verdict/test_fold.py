"""The report's content: that nothing which happened is lost on the way from the journal."""

from __future__ import annotations

import doctest
import json
import runpy
from pathlib import Path

import jsonschema
import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import CleanupResult, Outcome, Phase, Result
from drill_tui.engine.record.journal import read_journal
from drill_tui.runbook.mode import Mode
from drill_tui.verdict import spans, wording
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.unit.verdict.drills import SOURCE, STEPS, TARGET, Drill, whole_drill

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "report.schema.json"
JOURNALS = Path(__file__).parents[2] / "data" / "journals"


def test_the_report_has_what_the_issue_asks_for() -> None:
    report = json.loads(fold(whole_drill().records).model_dump_json())
    assert report["drill_type"] == "restore_drill"
    assert [c["id"] for c in report["criteria"]] == [
        "backup_completes",
        "checksums_verify",
        "restore_completes",
        "required_tables",
        "data_integrity",
        "foreign_keys",
        "indexes",
        "schema",
        "rto",
        "rpo",
    ]
    assert report["timestamp"] == "2026-11-22T14:01:02.000Z"
    assert report["finished_at"] == "2026-11-22T14:01:12.000Z"
    assert report["rto"]["wall_s"] == report["rto"]["machine_s"] == 4.0
    assert (report["rto"]["objective_s"], report["rto"]["met"], report["rto"]["human_s"]) == (1800, True, 0)
    assert (report["rto"]["measured_from"], report["rto"]["measured_to"]) == (
        "start_target.start",
        "verify.end",
    )
    assert report["rto"]["started_at"] == "2026-11-22T14:01:05.000Z"
    assert report["rpo"] == {"objective_s": 86400, "actual_s": 42.5, "met": True}
    assert report["source"] == SOURCE
    assert report["target"] == TARGET
    assert report["backup"]["backup"] == "/backups/shop_20261122T140102Z"
    assert report["backup"]["snapshot_age_s"] == "42.5"
    assert report["tools"]["pg_dump"] == "18.1"


def test_steps_that_never_ran_are_in_the_report_too() -> None:
    report = fold(Drill().start().passed("open_source").clean_up(ev.EndReason.FAILED).records)
    assert [s.id for s in report.steps if s.phase is Phase.STEPS] == [*STEPS, "debrief"]
    verify = next(s for s in report.steps if s.id == "verify")
    assert (verify.outcome, verify.result, verify.reason) == (Outcome.SKIPPED, Result.SKIP, "not reached")
    assert verify.started_at is None


def test_every_attempt_is_kept_with_its_outcome() -> None:
    drill = Drill().start().open("backup")
    drill.attempt("backup", outcome=Outcome.FAILED, exit_code=75, reason="disk busy", seconds=2)
    drill.attempt("backup", number=2, seconds=3).close("backup", duration_s=5)
    step = next(s for s in fold(drill.records).steps if s.id == "backup")
    assert [(a.outcome, a.exit_code, a.reason, a.duration_s) for a in step.attempts] == [
        (Outcome.FAILED, 75, "disk busy", 2),
        (Outcome.PASSED, 0, "", 3),
    ]
    assert (step.exit_code, step.log) == (0, "logs/backup.log")


def test_people_gates_notes_pauses_and_choices_are_in_the_report() -> None:
    drill = Drill(mode=Mode.GUIDED).start().say(ev.ParticipantJoined(name="Olga", roles=("lead",)))
    by = ev.Signature(name="Olga", role="lead", at=drill.at, via="terminal", attested="same-terminal")
    drill.open("restore").say(ev.GateOpened(step="restore", kind="note", prompt="Why?"))
    drill.say(
        ev.GateAnswered(step="restore", answer="approved", by=(by,), values={"why": "because"}, wait_s=9),
        after_s=9,
    )
    drill.say(ev.PauseStarted(by="Olga", reason="tea")).say(ev.PauseEnded(by="Olga"), after_s=60)
    drill.say(ev.NoteAdded(by="Olga", text="slow", step="restore"), after_s=1)
    drill.say(ev.FailureAnswered(step="restore", choice="continue", by="Olga", reason="known", wait_s=3))
    drill.say(ev.DrillRecovered(how="resume", down_s=4, pid=1, boot_id="b"), after_s=4)
    drill.say(ev.AbortRequested(by="Olga", via="operator", reason="enough"))
    report = fold(drill.records)
    assert [(p.name, p.roles) for p in report.participants] == [("Olga", ("lead",))]
    gate = report.gates[0]
    assert (gate.answer, gate.values, gate.wait_s) == ("approved", {"why": "because"}, 9)
    assert [(s.name, s.attested) for s in gate.by] == [("Olga", "same-terminal")]
    assert [(p.reason, p.duration_s) for p in report.pauses] == [("tea", 60)]
    assert [(n.text, n.clock_s) for n in report.notes] == [("slow", 70)]
    assert [(c.choice, c.reason, c.wait_s) for c in report.choices] == [("continue", "known", 3)]
    assert [(r.how, r.down_s) for r in report.recoveries] == [("resume", 4)]
    assert report.recovered == 1
    assert report.abort is not None
    assert report.abort.reason == "enough"


def test_a_run_without_its_end_has_leftovers_until_cleanup_says_otherwise() -> None:
    drill = Drill().start().passed("open_source")
    assert fold(drill.records).cleanup is CleanupResult.LEFTOVERS
    assert fold(drill.clean_up().records).cleanup is CleanupResult.CLEAN


def test_the_recovery_time_is_not_told_before_it_is_over() -> None:
    report = fold(Drill().start().passed("start_target").clean_up(ev.EndReason.FAILED).records)
    assert (report.rto.wall_s, report.rto.machine_s, report.rto.met) == (None, None, None)
    assert report.rto.objective_s == 1800


def test_the_report_says_what_a_recovery_time_leaves_out() -> None:
    leaves_out = " ".join(fold(whole_drill().records).rto.leaves_out)
    for word in ("Noticing", "Deciding", "Fetching", "Switching over", "Create a backup"):
        assert word in leaves_out


def test_a_demo_says_so() -> None:
    drill = Drill().start().open("open_source").attempt("open_source", outputs={"kind": "demo"})
    report = fold(drill.records)
    assert report.source["kind"] == "demo"
    assert any("demo database" in text for text in report.coverage)


def test_what_a_step_could_not_look_at_is_among_what_was_not_tested() -> None:
    drill = Drill().start().open("verify")
    drill.say(ev.AttemptStarted(step="verify", attempt=1, command="x", log="l"))
    coverage = "Every btree. Not covered: GIN indexes; BRIN indexes. Note: 3 of 4 are small."
    drill.say(
        ev.EvidenceRecorded(
            step="verify",
            attempt=1,
            criterion="indexes",
            result=ev.Finding.MET,
            detail="sound",
            coverage=coverage,
        )
    )
    told = fold(drill.records).coverage
    wanted = "Indexes are present and sound: Not covered: GIN indexes; BRIN indexes."
    assert wanted in told
    assert not any("Every btree" in text for text in told)


def test_fingerprints_of_the_procedure_reach_the_tools() -> None:
    drill = Drill().start().open("backup").attempt("backup", outputs={"backup": "/b", "schema_sha256": "cd"})
    assert fold(drill.records).tools["schema_sha256"] == "cd"


def test_only_what_speaks_of_the_source_tells_its_versions() -> None:
    drill = Drill().start().passed("open_source", "backup", "check_backup")
    drill.open("start_target").attempt("start_target", outputs={**TARGET, "server_version": "15.1"})
    assert fold(drill.records).tools["server_version"] == "18.1"


def test_which_backup_was_checked_is_in_the_report() -> None:
    drill = Drill().start().passed("open_source", "backup").open("check_backup")
    drill.attempt("check_backup", outputs={"backup_id": "shop_1", "checksums_sha256": "ab"})
    backup = fold(drill.records).backup
    assert (backup["backup_id"], backup["checksums_sha256"]) == ("shop_1", "ab")


def test_the_published_schemas_are_fresh() -> None:
    script = runpy.run_path(str(SCHEMA.parents[2] / "scripts" / "update_schemas.py"))
    for name, text in script["texts"]().items():
        assert (SCHEMA.parent / name).read_text() == text, "run scripts/update_schemas.py"
        jsonschema.Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("drill", [whole_drill(), Drill().start()], ids=["whole", "cut off at once"])
def test_reports_satisfy_the_published_schema(drill: Drill) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    report = json.loads(fold(drill.records).model_dump_json())
    jsonschema.validate(report, schema, jsonschema.Draft202012Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**report, "verdict": "fine"}, schema, jsonschema.Draft202012Validator)
    assert Report.model_validate(report).run_id == report["run_id"]


@pytest.mark.parametrize("module", [spans, wording])
def test_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_a_recorded_journal_folds_to_the_report_that_it_left() -> None:
    report = fold(read_journal(JOURNALS / "passed-auto-demo.jsonl"))
    assert (report.verdict, report.mode, report.cleanup) == ("pass", Mode.AUTO, CleanupResult.CLEAN)
    assert {c.result for c in report.criteria} == {ev.Finding.MET}
    assert report.rto.wall_s == pytest.approx(15.6, abs=0.1)
    assert report.rto.human_s == 0, "nobody was waited for where the runbook answered"
    assert report.isolation["level"] == "network-namespace"
    assert "cannot be reached" in report.isolation["proof"]
    assert report.isolation["inert"].startswith("Nothing in the restored database")
