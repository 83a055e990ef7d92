"""The incremental state: what screen and console see at any moment."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import EndReason, Outcome, Phase, Result
from drill_tui.runbook.mode import Mode
from drill_tui.verdict.fold import EmptyRunError, fold
from drill_tui.verdict.spans import Span, covered_s, split_time
from drill_tui.verdict.state import Activity, DrillState
from tests.unit.verdict.drills import BEGIN, STEPS, Drill, whole_drill


def state_of(drill: Drill) -> DrillState:
    return DrillState.of(drill.records)


def test_every_step_is_known_from_the_start_in_the_runbooks_order() -> None:
    state = state_of(Drill().start())
    assert tuple(s.id for s in state.in_phase(Phase.STEPS)) == (*STEPS, "debrief")
    assert [s.id for s in state.in_phase(Phase.CLEANUP)] == ["stop_target", "remove_backup", "close_source"]
    assert {s.activity for s in state.steps.values()} == {Activity.PENDING}
    assert state.steps["backup"].budget_s == 600
    assert state.steps["backup"].number == 2
    assert not state.steps["debrief"].takes_place


def test_a_step_that_runs_shows_elapsed_time_and_its_command() -> None:
    drill = Drill().start().passed("open_source").open("backup")
    drill.say(ev.AttemptStarted(step="backup", attempt=1, command="scripts/backup.sh", log="logs/02.log"))
    state = state_of(drill)
    step = state.steps["backup"]
    assert (state.current, step.activity) == ("backup", Activity.RUNNING)
    assert step.elapsed_s(drill.at + 7) == pytest.approx(7)
    assert (step.command, step.log) == ("scripts/backup.sh", "logs/02.log")


def test_a_budget_turns_amber_then_red_and_does_not_count_waits() -> None:
    drill = Drill(mode=Mode.GUIDED).start().open("backup")
    drill.say(ev.GateOpened(step="backup", kind="confirm", prompt="Go?"))
    drill.say(ev.GateAnswered(step="backup", answer="approved", wait_s=500), after_s=500)
    drill.say(ev.AttemptStarted(step="backup", attempt=1, command="x", log="l"))
    step = state_of(drill).steps["backup"]
    assert not step.near_budget(drill.at + 479)
    assert step.near_budget(drill.at + 480)
    assert not step.over_budget(drill.at + 600)
    assert step.over_budget(drill.at + 601)


def test_a_gate_is_open_until_it_is_answered() -> None:
    drill = Drill().start().open("restore").say(ev.GateOpened(step="restore", kind="signoff", prompt="Go?"))
    state = state_of(drill)
    assert state.gate is not None
    assert state.gate.prompt == "Go?"
    assert state.steps["restore"].activity is Activity.WAITING
    assert state.steps["restore"].wait_s(drill.at + 5) == pytest.approx(5)
    drill.say(ev.GateAnswered(step="restore", answer="approved", wait_s=6), after_s=6)
    state = state_of(drill)
    assert state.gate is None
    assert state.steps["restore"].wait_s(drill.at + 99) == pytest.approx(6)


def test_the_clock_keeps_machine_people_and_down_time_apart() -> None:
    drill = Drill(mode=Mode.GUIDED).start().passed("start_target", seconds=10)
    drill.say(ev.PauseStarted(by="olga", reason="lunch")).say(ev.PauseEnded(by="olga"), after_s=100)
    drill.open("restore").say(ev.GateOpened(step="restore", kind="confirm", prompt="Go?"))
    drill.say(ev.GateAnswered(step="restore", answer="approved", wait_s=20), after_s=20)
    drill.say(ev.AttemptStarted(step="restore", attempt=1, command="x", log="l"))
    drill.at += 5
    drill.say(ev.DrillRecovered(how="resume", down_s=300, pid=1, boot_id="b"), after_s=300)
    drill.attempt("restore", number=2, seconds=30).close("restore").passed("verify", seconds=40)
    span = state_of(drill).clock("rto", drill.at + 1000)
    assert span.ended
    assert [span.wall_s, span.machine_s, span.human_s, span.down_s] == pytest.approx([505, 85, 120, 300])
    assert span.objective_s == 1800


def test_the_clock_runs_while_the_span_is_open_and_stops_with_the_cleanup() -> None:
    drill = Drill().start().passed("start_target", seconds=10)
    assert state_of(drill).clock("rto", drill.at + 5).wall_s == pytest.approx(15)
    drill.say(ev.CleanupStarted(reason=EndReason.ABORTED), after_s=7)
    span = state_of(drill).clock("rto", drill.at + 500)
    assert span.wall_s == pytest.approx(17)
    assert not span.ended


def test_before_its_start_a_clock_stands_at_nought() -> None:
    span = state_of(Drill().start()).clock("rto", BEGIN + 50)
    assert (span.wall_s, span.began, span.objective_s) == (0.0, False, 1800)


@pytest.mark.parametrize("name", ["no-such", "indexes"])
def test_a_clock_is_refused_for_what_is_not_measured(name: str) -> None:
    state = state_of(Drill().start())
    with pytest.raises(KeyError):
        state.clock(name, BEGIN)


def test_a_choice_after_a_failure_is_waited_for_and_counted() -> None:
    drill = Drill(mode=Mode.GUIDED).start().open("backup")
    drill.attempt("backup", outcome=Outcome.FAILED, exit_code=1, evidence={}, outputs={})
    state = state_of(drill)
    assert state.steps["backup"].activity is Activity.DECIDING
    assert state.steps["backup"].wait_s(drill.at + 9) == pytest.approx(9)
    drill.say(ev.FailureAnswered(step="backup", choice="retry", by="olga", reason="", wait_s=12), after_s=12)
    drill.attempt("backup", number=2).close("backup", duration_s=14, wait_s=12)
    step = state_of(drill).steps["backup"]
    assert [a.ended.outcome for a in step.attempts if a.ended] == [Outcome.FAILED, Outcome.PASSED]
    assert step.wait_s(0) == 12


def test_a_crash_closes_the_gate_that_was_open() -> None:
    drill = Drill(mode=Mode.GUIDED).start().open("restore")
    drill.say(ev.GateOpened(step="restore", kind="confirm", prompt="Go?"))
    drill.say(ev.DrillRecovered(how="resume", down_s=60, pid=1, boot_id="b"), after_s=100)
    state = state_of(drill)
    assert state.gate is None
    assert state.steps["restore"].wait_s(drill.at + 50) == pytest.approx(40)


def test_resources_are_remembered_until_they_are_released() -> None:
    drill = Drill().start().say(ev.ResourceClaimed(step="start_target", kind="directory", ref="/tmp/x"))
    drill.say(ev.ResourceClaimed(step="start_target", kind="process", ref="12"))
    drill.say(ev.ResourceReleased(kind="process", ref="12"))
    assert list(state_of(drill).claims) == [("directory", "/tmp/x")]
    assert fold(drill.records).leftovers == ("directory /tmp/x",)


def test_notes_hints_and_guesses_are_kept() -> None:
    drill = Drill(mode=Mode.TRAINING).start().open("backup")
    for index in (0, 1, 1):
        drill.say(ev.HintShown(step="backup", index=index, by="ana"))
    drill.say(ev.GuessMade(step="backup", by="ana", text="a folder"))
    drill.say(ev.NoteAdded(by="ana", text="slow", step="backup"), after_s=3)
    state = state_of(drill)
    assert (state.steps["backup"].hints_shown, state.steps["backup"].guesses) == (2, ["a folder"])
    assert [(hint.index, hint.by) for hint in state.hints] == [(0, "ana"), (1, "ana")]
    assert state.notes[0].clock_s == pytest.approx(3)


def test_a_demo_is_known_once_the_source_is_open() -> None:
    drill = Drill().start().open("open_source")
    assert not state_of(drill).is_demo
    assert state_of(drill.attempt("open_source", outputs={"kind": "demo"})).is_demo


def test_events_of_unknown_steps_do_not_break_the_fold() -> None:
    drill = Drill(text="not a runbook: [").start().passed("mystery", "backup").clean_up()
    state = state_of(drill)
    assert state.runbook is None
    assert state.runbook_problem
    assert state.steps["mystery"].outcome is Outcome.PASSED
    assert state.steps["stop_target"].phase is Phase.CLEANUP


def test_records_without_a_start_are_no_drill() -> None:
    with pytest.raises(EmptyRunError, match="nothing to report"):
        fold([])
    with pytest.raises(EmptyRunError, match="nothing to report"):
        fold(whole_drill().records[1:])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(min_value=1, max_value=57), max_size=80))
def test_any_order_of_events_folds_to_a_report(order: list[int]) -> None:
    source = _eventful().records
    drill = Drill().start()
    for index in order:
        drill.say(source[index % len(source)].event, after_s=0.5)
    report = fold(drill.records)
    assert report.duration_s >= 0
    for step in report.steps:
        assert step.duration_s >= 0
        assert step.wait_s >= 0


def _eventful() -> Drill:
    drill = Drill(mode=Mode.GUIDED).start().say(ev.ParticipantJoined(name="olga", roles=("lead",)))
    drill.passed("open_source", "backup").open("restore")
    drill.say(ev.GateOpened(step="restore", kind="confirm", prompt="Go?"))
    drill.say(ev.GateAnswered(step="restore", answer="approved", wait_s=1), after_s=1)
    drill.attempt("restore", outcome=Outcome.FAILED, exit_code=1)
    drill.say(ev.RetryScheduled(step="restore", attempt=2, delay_s=1, by="policy"))
    drill.say(ev.FailureAnswered(step="restore", choice="continue", by="olga", reason="why not", wait_s=1))
    drill.close("restore", Outcome.FAILED, Result.FAIL)
    drill.say(ev.PauseStarted(by="olga", reason="tea")).say(ev.PauseEnded(by="olga"), after_s=2)
    drill.say(ev.RoleHandedOver(role="lead", had="olga", has="raj", by="olga"))
    drill.say(ev.AbortRequested(by="olga", via="operator", reason=""))
    drill.say(ev.BudgetExceeded(step="verify", budget_s=1)).say(ev.ShellOpened(step="restore", by="olga"))
    drill.say(ev.ShellClosed(step="restore", exit_code=0))
    drill.say(ev.DrillRecovered(how="resume", down_s=5, pid=2, boot_id="b"), after_s=5)
    return drill.clean_up(EndReason.FAILED)


def test_a_long_journal_folds_in_linear_time() -> None:
    def seconds(notes: int) -> float:
        drill = Drill().start()
        for _ in range(notes):
            drill.say(ev.NoteAdded(by="olga", text="x"), after_s=0.1)
        start = time.process_time()
        DrillState.of(drill.records)
        return time.process_time() - start

    seconds(100)
    few, many = seconds(4_000), seconds(40_000)
    assert many < 40 * few + 0.05


def test_overlapping_waits_count_once() -> None:
    spans = [Span(0, 10), Span(5, 12), Span(20, 30), Span(6, 7)]
    assert covered_s(spans, Span(2, 25)) == 15
    split = split_time(Span(0, 40), human=spans, down=[Span(8, 22)], objective_s=None, ended=True)
    assert (split.wall_s, split.down_s, split.human_s, split.machine_s) == (40, 14, 16, 10)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12), st.integers(0, 50))
def test_covered_seconds_are_those_of_a_count_by_hand(pairs: list[tuple[int, int]], start: int) -> None:
    spans = [Span(min(pair), max(pair)) for pair in pairs]
    by_hand = sum(any(s.start <= second < s.end for s in spans) for second in range(start, start + 20))
    assert covered_s(spans, Span(start, start + 20)) == by_hand
