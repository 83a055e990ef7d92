"""Each kind of criterion: what makes it met, missed and unproven."""

from __future__ import annotations

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import Finding, Outcome
from drill_tui.verdict.criteria import judge_all
from drill_tui.verdict.report import CriterionReport
from drill_tui.verdict.state import DrillState
from tests.unit.verdict.drills import Drill
from tests.unit.verdict.runbooks import runbook

EVIDENCE = runbook("sound: {title: Sound, evidence: [one]}")
BOTH = runbook("sound: {title: Sound, evidence: [one, two]}")
STEPS = runbook("sound: {title: Sound, steps: [one, two]}")
TIME = runbook("rto: {title: Fast, measure: {from: one.start, to: two.end}, clock: wall, max: 10s}")


def judged(drill: Drill, criterion: str = "sound") -> CriterionReport:
    return next(c for c in judge_all(DrillState.of(drill.records)) if c.id == criterion)


def drill(text: str) -> Drill:
    return Drill(text=text).start()


@pytest.mark.parametrize("finding", list(Finding))
def test_evidence_is_what_the_step_recorded(finding: Finding) -> None:
    story = drill(EVIDENCE).open("one").attempt("one", evidence={"sound": finding}).close("one")
    assert judged(story).result is finding


def test_no_evidence_is_unproven() -> None:
    assert judged(drill(EVIDENCE).passed("one")).result is Finding.UNPROVEN


def test_a_step_that_never_ran_leaves_its_criterion_unproven() -> None:
    found = judged(drill(EVIDENCE))
    assert found.result is Finding.UNPROVEN
    assert "did not run" in found.detail


def test_a_skipped_step_leaves_its_criterion_unproven() -> None:
    found = judged(drill(EVIDENCE).close("one", Outcome.SKIPPED, ev.Result.SKIP))
    assert found.result is Finding.UNPROVEN


def test_every_listed_step_must_prove_it() -> None:
    story = drill(BOTH).open("one").attempt("one", evidence={"sound": Finding.MET}).close("one")
    assert judged(story).result is Finding.UNPROVEN
    story.open("two").attempt("two", evidence={"sound": Finding.MET}).close("two")
    assert judged(story).result is Finding.MET


def test_one_step_that_missed_it_decides() -> None:
    story = drill(BOTH).open("one").attempt("one", evidence={"sound": Finding.MET}).close("one")
    story.failed("two", evidence={"sound": Finding.MISSED})
    assert judged(story).result is Finding.MISSED


def test_only_the_last_attempt_counts() -> None:
    story = drill(EVIDENCE).open("one").attempt("one", evidence={"sound": Finding.MET})
    story.attempt("one", number=2, evidence={}).close("one")
    assert judged(story).result is Finding.UNPROVEN


def test_a_second_attempt_that_proves_it_says_that_there_was_a_first() -> None:
    story = drill(EVIDENCE).open("one").attempt("one", evidence={"sound": Finding.MISSED}, exit_code=1)
    story.attempt("one", number=2, evidence={"sound": Finding.MET}).close("one")
    found = judged(story)
    assert found.result is Finding.MET
    assert "attempt 2" in found.detail


@pytest.mark.parametrize(
    "outcome", [Outcome.TIMED_OUT, Outcome.CANCELLED, Outcome.INTERRUPTED, Outcome.ERROR]
)
def test_good_news_from_a_step_that_was_cut_off_is_unproven(outcome: Outcome) -> None:
    story = drill(EVIDENCE).failed("one", outcome=outcome, evidence={"sound": Finding.MET})
    assert judged(story).result is Finding.UNPROVEN


@pytest.mark.parametrize(
    "outcome", [Outcome.TIMED_OUT, Outcome.CANCELLED, Outcome.INTERRUPTED, Outcome.ERROR]
)
def test_bad_news_from_a_step_that_was_cut_off_stands(outcome: Outcome) -> None:
    story = drill(EVIDENCE).failed("one", outcome=outcome, evidence={"sound": Finding.MISSED})
    assert judged(story).result is Finding.MISSED


def test_good_news_while_the_step_still_runs_is_unproven() -> None:
    assert judged(drill(EVIDENCE).open("one").attempt("one", evidence={"sound": Finding.MET})).result is (
        Finding.UNPROVEN
    )


def test_what_was_looked_at_is_carried() -> None:
    story = drill(EVIDENCE).open("one").attempt("one", evidence={"sound": Finding.MET}).close("one")
    assert judged(story).coverage == "all of sound"
    assert [item.step for item in judged(story).evidence] == ["one"]


def test_steps_that_all_passed() -> None:
    assert judged(drill(STEPS).passed("one", "two")).result is Finding.MET


def test_a_step_that_failed_is_missed_even_if_ignored() -> None:
    story = drill(STEPS).passed("one").open("two").attempt("two", outcome=Outcome.FAILED, exit_code=1)
    assert judged(story.close("two", Outcome.FAILED, ev.Result.WARN)).result is Finding.MISSED


def test_a_step_that_was_not_reached_is_unproven() -> None:
    assert judged(drill(STEPS).passed("one")).result is Finding.UNPROVEN


@pytest.mark.parametrize(("seconds", "result"), [(4.9, Finding.MET), (5.1, Finding.MISSED)])
def test_a_measured_span_against_its_limit(seconds: float, result: Finding) -> None:
    assert judged(drill(TIME).passed("one", "two", seconds=seconds), "rto").result is result


def test_a_span_without_its_end_is_unproven() -> None:
    assert judged(drill(TIME).passed("one"), "rto").result is Finding.UNPROVEN
    assert judged(drill(TIME), "rto").result is Finding.UNPROVEN


def test_a_span_without_its_end_is_missed_once_it_is_too_long() -> None:
    assert judged(drill(TIME).passed("one", seconds=11), "rto").result is Finding.MISSED


def test_the_span_of_a_skipped_end_is_unproven() -> None:
    story = drill(TIME).passed("one").close("two", Outcome.SKIPPED, ev.Result.SKIP)
    assert judged(story, "rto").result is Finding.UNPROVEN


def test_the_time_of_a_restore_that_failed_is_no_recovery_time() -> None:
    found = judged(drill(TIME).failed("one").passed("two"), "rto")
    assert found.result is Finding.UNPROVEN
    assert "did not succeed" in found.detail


def gate_of_two(answer: str, wait_s: float) -> Drill:
    story = drill(TIME).passed("one").open("two")
    story.say(ev.GateOpened(step="two", kind="confirm", prompt="Go?"))
    story.say(ev.GateAnswered(step="two", answer=answer, wait_s=wait_s), after_s=wait_s)
    return story


def test_a_time_that_ran_on_after_a_failure_is_not_missed() -> None:
    story = drill(TIME).open("one").attempt("one", outcome=Outcome.ERROR, exit_code=3)
    story.say(ev.FailureAnswered(step="one", choice="continue", by="ann", reason="x", wait_s=60), after_s=60)
    story.close("one", Outcome.ERROR, ev.Result.ERROR, "the disk is full")
    found = judged(story.close("two", Outcome.SKIPPED, ev.Result.UNPROVEN).clean_up(), "rto")
    assert (found.result, found.detail) == (
        Finding.UNPROVEN,
        "not measured: because step one (First) ended in an error: the disk is full",
    )


def test_a_refusal_that_took_long_misses_no_recovery_time() -> None:
    story = gate_of_two("rejected", 60).close("two", Outcome.REJECTED, ev.Result.FAIL)
    assert judged(story.clean_up(ev.EndReason.REJECTED), "rto").result is Finding.UNPROVEN
    assert judged(gate_of_two("approved", 60).attempt("two").close("two"), "rto").result is Finding.MISSED


def test_a_time_that_was_over_before_anything_failed_stays_missed() -> None:
    story = drill(TIME).passed("one", seconds=11).failed("two")
    assert judged(story, "rto").result is Finding.MISSED


def test_a_time_whose_verification_could_not_prove_everything_is_a_time() -> None:
    """What it could not prove is unproven by itself."""
    story = drill(TIME).passed("one").open("two").attempt("two", outcome=Outcome.UNPROVEN, exit_code=6)
    found = judged(story.close("two", Outcome.UNPROVEN, ev.Result.UNPROVEN), "rto")
    assert found.result is Finding.MET


def test_evidence_of_a_step_that_could_not_prove_everything_counts() -> None:
    story = (
        drill(EVIDENCE).open("one").attempt("one", outcome=Outcome.UNPROVEN, evidence={"sound": Finding.MET})
    )
    assert judged(story.close("one", Outcome.UNPROVEN, ev.Result.UNPROVEN)).result is Finding.MET


def test_a_step_that_could_not_tell_misses_no_criterion() -> None:
    story = drill(STEPS).passed("one").failed("two", exit_code=3)
    assert judged(story).result is Finding.UNPROVEN


def test_a_time_under_the_fast_profile_is_never_called_rto() -> None:
    steps = """
    - {id: one, title: First, uses: target.start, timeout: 1m}
    - {id: two, title: Second, run: [/bin/true], timeout: 1m}
    """
    text = runbook("rto: {title: Fast, measure: {from: one.start, to: two.end}, max: 10s}", steps)
    story = drill(text).open("one").attempt("one", outputs={"profile": "fast"}).close("one").passed("two")
    found = judged(story, "rto")
    assert found.result is Finding.UNPROVEN
    assert "never called RTO" in found.detail


def test_the_machine_clock_leaves_waits_out_and_the_wall_clock_does_not() -> None:
    def waited(clock: str) -> Drill:
        text = runbook(
            f"rto: {{title: Fast, measure: {{from: one.start, to: two.end}}, clock: {clock}, max: 10s}}"
        )
        story = drill(text).passed("one").open("two")
        story.say(ev.GateOpened(step="two", kind="confirm", prompt="Go?"))
        story.say(ev.GateAnswered(step="two", answer="approved", wait_s=60), after_s=60)
        return story.attempt("two").close("two")

    assert judged(waited("machine"), "rto").result is Finding.MET
    assert judged(waited("wall"), "rto").result is Finding.MISSED


@pytest.mark.parametrize(
    ("limit", "value", "result"),
    [
        ("max: 24h", "86399", Finding.MET),
        ("max: 24h", "86401", Finding.MISSED),
        ("max: 24h", "23h59m", Finding.MET),
        ("max: 24h", "2d", Finding.MISSED),
        ("max: 5", "5", Finding.MET),
        ("min: 5", "4.9", Finding.MISSED),
        ("min: 5", "1e400", Finding.MET),
        ("max: 5", "nan", Finding.UNPROVEN),
        ("max: 5", "many", Finding.UNPROVEN),
        ("max: 5", "", Finding.UNPROVEN),
        ("equals: ok", "ok", Finding.MET),
        ("equals: ok", "OK", Finding.MISSED),
        ("equals: true", "true", Finding.MET),
        ("equals: 0", "0", Finding.MET),
    ],
)
def test_a_value_against_its_limit(limit: str, value: str, result: Finding) -> None:
    text = runbook(f"n: {{title: N, value: '${{steps.one.outputs.n}}', {limit}}}")
    story = drill(text).open("one").attempt("one", outputs={"n": value}).close("one")
    assert judged(story, "n").result is result


def test_a_value_that_was_never_recorded_is_unproven() -> None:
    text = runbook("n: {title: N, value: '${steps.one.outputs.n}', max: 5}")
    found = judged(drill(text).passed("one"), "n")
    assert found.result is Finding.UNPROVEN
    assert "steps.one.outputs.n was not recorded" in found.detail


def test_a_value_of_a_failed_step_may_miss_but_not_meet() -> None:
    text = runbook("n: {title: N, value: '${steps.one.outputs.n}', max: 5}")
    assert judged(drill(text).failed("one", outputs={"n": "1"}), "n").result is Finding.UNPROVEN
    assert judged(drill(text).failed("one", outputs={"n": "9"}), "n").result is Finding.MISSED


def test_a_value_of_an_earlier_attempt_does_not_count() -> None:
    text = runbook("n: {title: N, value: '${steps.one.outputs.n}', max: 5}")
    story = drill(text).open("one").attempt("one", outputs={"n": "1"})
    assert judged(story.attempt("one", number=2).close("one"), "n").result is Finding.UNPROVEN
