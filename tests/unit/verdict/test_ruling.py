"""The verdict and the exit code of whole drills."""

from __future__ import annotations

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import CleanupResult, EndReason, Finding, Outcome, Result
from drill_tui.runbook.mode import Mode
from drill_tui.verdict.fold import exit_code, fold
from drill_tui.verdict.report import Report
from tests.unit.verdict.drills import STEPS, Drill, whole_drill

BEFORE_VERIFY = STEPS[:-1]


def of(drill: Drill) -> tuple[str, int]:
    report = fold(drill.records)
    assert report.passed is (report.verdict == "pass")
    assert (report.failure_reason is None) is report.passed
    return report.verdict, exit_code(report)


def upto_verify() -> Drill:
    return Drill().start().passed(*BEFORE_VERIFY)


def test_all_met_passes() -> None:
    assert of(whole_drill()) == ("pass", 0)


def test_a_missed_criterion_fails() -> None:
    drill = upto_verify().failed("verify", evidence={"data_integrity": Finding.MISSED})
    assert of(drill.clean_up(EndReason.FAILED)) == ("fail", 1)
    assert "data_integrity is missed" in (fold(drill.records).failure_reason or "")


def test_an_unproven_criterion_alone_is_no_pass() -> None:
    drill = upto_verify().open("verify").attempt("verify", evidence={"schema": Finding.UNPROVEN})
    assert of(drill.close("verify").clean_up()) == ("unproven", 6)
    assert "schema is unproven" in (fold(drill.records).failure_reason or "")


def test_a_step_that_proved_nothing_is_no_pass_though_no_criterion_asks_for_it() -> None:
    drill = upto_verify().passed("verify").open("extra").attempt("extra", outcome=Outcome.UNPROVEN)
    drill.close("extra", Outcome.UNPROVEN, Result.UNPROVEN, "it could not look")
    assert of(drill.clean_up()) == ("unproven", 6)


def test_what_follows_from_one_step_is_told_once() -> None:
    drill = Drill().start().passed(*STEPS[:5])
    drill.open("restore").attempt("restore", outcome=Outcome.ERROR, exit_code=3, evidence={})
    drill.close("restore", Outcome.ERROR, Result.ERROR, "no pgcrypto on the target")
    drill.close("verify", Outcome.SKIPPED, Result.UNPROVEN, "not run: step restore ended in an error")
    assert of(drill.clean_up()) == ("error", 3)
    report = fold(drill.records)
    told = "step restore (Restore into the isolated database) ended in an error: no pgcrypto on the target"
    assert report.failure_reason == told
    because = {
        c.detail for c in report.criteria if c.evidence and c.evidence[0].step in ("restore", "verify")
    }
    assert because == {f"because {told}"}
    assert report.criteria[-2].detail == f"not measured: because {told}"


def test_what_could_not_be_looked_at_after_a_failure_is_that_failures_fault() -> None:
    """A runbook without `needs`: the verification ran, and met a database that was never made."""
    drill = Drill().start().passed(*STEPS[:5])
    drill.failed("restore", outcome=Outcome.ERROR, exit_code=3, reason="no room")
    drill.failed("verify", outcome=Outcome.ERROR, exit_code=3, evidence={"schema": Finding.UNPROVEN})
    found = {c.id: c.detail for c in fold(drill.clean_up().records).criteria}
    assert found["schema"] == found["data_integrity"]
    assert found["schema"].endswith("ended in an error: no room")


def test_a_criterion_that_is_not_required_does_not_decide() -> None:
    text = Drill().text.replace("at most 24 h", "").replace("max: 24h}", "max: 24h, required: false}")
    assert "required: false" in text
    story = Drill(text=text).start().passed("open_source", "backup")
    story.open("check_backup").attempt("check_backup", outputs={"snapshot_age_s": "999999"})
    story.close("check_backup").passed(*STEPS[3:]).clean_up()
    assert of(story) == ("pass", 0)
    assert fold(story.records).rpo.met is False


def test_a_failed_step_fails_though_every_criterion_is_met() -> None:
    drill = Drill().start().passed("open_source", "backup", "check_backup", "start_target")
    drill.failed("prove_isolation").passed("restore", "verify")
    assert of(drill.clean_up()) == ("fail", 1)


def test_an_ignored_failure_does_not_count() -> None:
    drill = Drill().start().passed(*STEPS[:4])
    drill.open("prove_isolation").attempt("prove_isolation", outcome=Outcome.FAILED, exit_code=1)
    drill.close("prove_isolation", Outcome.FAILED, Result.WARN).passed("restore", "verify").clean_up()
    report = fold(drill.records)
    assert [c.id for c in report.criteria if c.result is not Finding.MET] == []
    assert report.verdict == "pass"


def test_a_script_that_could_not_tell_is_an_error() -> None:
    drill = upto_verify().failed("verify", exit_code=3, reason="connection refused")
    assert of(drill.clean_up(EndReason.FAILED)) == ("error", 3)
    assert "connection refused" in (fold(drill.records).failure_reason or "")


def test_a_script_that_could_not_tell_after_it_had_found_something_bad_is_a_fail() -> None:
    drill = upto_verify().failed("verify", exit_code=3, evidence={"indexes": Finding.MISSED})
    assert of(drill.clean_up(EndReason.FAILED)) == ("fail", 1)


@pytest.mark.parametrize("reason", [EndReason.ERROR, EndReason.CRASHED, EndReason.DEADLINE])
def test_broken_machinery_is_an_error(reason: EndReason) -> None:
    drill = upto_verify()
    drill.open("verify").attempt("verify", outcome=Outcome.ERROR, exit_code=None, evidence={})
    assert of(drill.close("verify", Outcome.ERROR, Result.ERROR).clean_up(reason)) == ("error", 3)


@pytest.mark.parametrize("reason", [EndReason.ABORTED, EndReason.SIGNAL, EndReason.EXPIRED])
def test_a_person_who_ends_it_aborts_it(reason: EndReason) -> None:
    drill = upto_verify().open("verify")
    drill.say(ev.AbortRequested(by="olga", via="operator", reason="wrong day"))
    drill.attempt("verify", outcome=Outcome.CANCELLED, exit_code=-2, evidence={})
    drill.close("verify", Outcome.CANCELLED, Result.FAIL)
    assert of(drill.clean_up(reason)) == ("aborted", 4)
    assert "wrong day" in (fold(drill.records).failure_reason or "")


def test_who_stopped_it_is_told_with_the_roles_of_that_person() -> None:
    drill = upto_verify()
    drill.say(ev.ParticipantJoined(name="Olga", roles=("lead", "scribe")))
    drill.say(ev.AbortRequested(by="Olga", via="operator", reason="wrong day"))
    reason = fold(drill.clean_up(EndReason.ABORTED).records).failure_reason
    assert reason == "stopped by Olga (lead, scribe): wrong day"


def test_aborting_does_not_hide_a_failure() -> None:
    drill = upto_verify().failed("verify", evidence={"schema": Finding.MISSED})
    drill.say(ev.FailureAnswered(step="verify", choice="abort", by="olga", reason="", wait_s=2), after_s=2)
    assert of(drill.clean_up(EndReason.ABORTED)) == ("fail", 1)


def rejected(attested: str, name: str) -> Drill:
    drill = Drill().start().passed(*STEPS[:5]).open("restore")
    drill.say(ev.GateOpened(step="restore", kind="signoff", prompt="Restore?"))
    by = (ev.Signature(name=name, role="", at=drill.at, via=attested, attested=attested),)
    drill.say(ev.GateAnswered(step="restore", answer="rejected", by=by))
    return drill.close("restore", Outcome.REJECTED, Result.FAIL).clean_up(EndReason.REJECTED)


def test_a_gate_that_a_person_rejects_aborts() -> None:
    assert of(rejected("same-terminal", "olga")) == ("aborted", 4)


def test_a_gate_that_the_runbook_rejects_unattended_leaves_the_rest_unproven() -> None:
    assert of(rejected("policy", "policy:auto")) == ("unproven", 6)


def test_a_refusal_says_what_was_refused_and_what_is_unproven_for_it() -> None:
    report = fold(rejected("same-terminal", "olga").records)
    assert report.failure_reason == "step restore (Restore into the isolated database) was refused"
    assert next(c.detail for c in report.criteria if c.id == "schema") == f"because {report.failure_reason}"


def test_a_step_that_broke_before_somebody_stopped_the_drill_leaves_the_same_verdict_as_headless() -> None:
    drill = Drill().start().failed("open_source", outcome=Outcome.ERROR, exit_code=None, reason="no host")
    drill.say(
        ev.FailureAnswered(step="open_source", choice="abort", by="olga", reason="", wait_s=2), after_s=2
    )
    drill.say(ev.AbortRequested(by="olga", via="operator", reason="wrong host"))
    assert of(drill.clean_up(EndReason.ABORTED)) == ("error", 3)
    assert "no host" in (fold(drill.records).failure_reason or "")


def test_passed_with_leftovers_has_a_code_of_its_own() -> None:
    drill = (
        Drill().start().passed(*STEPS).clean_up(result=CleanupResult.LEFTOVERS, leftovers=("directory /x",))
    )
    assert of(drill) == ("pass", 5)


def test_kept_on_request_is_a_plain_pass() -> None:
    assert of(Drill().start().passed(*STEPS).clean_up(result=CleanupResult.KEPT)) == ("pass", 0)


def test_failed_with_leftovers_is_a_failure_first() -> None:
    drill = upto_verify().failed("verify", evidence={"schema": Finding.MISSED})
    assert of(drill.clean_up(EndReason.FAILED, CleanupResult.LEFTOVERS, ("x",))) == ("fail", 1)


def test_a_timeout_is_an_error_for_it_says_nothing_of_the_backup() -> None:
    drill = Drill().start().passed(*STEPS[:5])
    drill.failed("restore", outcome=Outcome.TIMED_OUT, exit_code=None, reason="not done within 6h")
    assert of(drill.clean_up(EndReason.FAILED)) == ("error", 3)


def test_a_timeout_past_the_recovery_objective_is_a_fail() -> None:
    drill = Drill().start().passed(*STEPS[:5])
    drill.failed("restore", outcome=Outcome.TIMED_OUT, exit_code=None, seconds=6 * 3600)
    assert of(drill.clean_up(EndReason.FAILED)) == ("fail", 1)


def test_no_record_less_than_the_whole_drill_passes() -> None:
    records = whole_drill().records
    for cut in range(1, len(records)):
        report = fold(records[:cut])
        assert report.verdict == "error", cut
        assert report.end_reason is EndReason.CRASHED
    assert fold(records).verdict == "pass"


@pytest.mark.parametrize("mode", list(Mode))
def test_training_is_marked(mode: Mode) -> None:
    report: Report = fold(Drill(mode=mode).start().passed(*STEPS, "debrief").clean_up().records)
    assert report.training is (mode is Mode.TRAINING)
    assert any("training run" in text for text in report.coverage) is report.training


def test_a_runbook_that_cannot_be_read_is_an_error_not_a_pass() -> None:
    drill = Drill(text="version: 99\nid: x\n").start().passed("anything").clean_up()
    assert of(drill) == ("error", 3)
