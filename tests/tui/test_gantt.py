"""Where a step's bar begins and ends, what people were waited for, and where the marks stand."""

from __future__ import annotations

from itertools import pairwise

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.tui.result.chart import StepChart, time_line
from drill_tui.tui.result.gantt import Gantt, Kind, Row, Stretch, cell_of, cells, gantt, ticks
from drill_tui.tui.result.steps import steps_words
from drill_tui.verdict.fold import fold
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.report import Report
from tests.tui.storyteller import Storyteller

WORK, PEOPLE = Kind.WORK, Kind.PEOPLE


def whole() -> Report:
    return fold(Storyteller().whole().records)


def row_of(drawn: Gantt, step: str) -> Row:
    return next(row for row in drawn.rows if row.step.id == step)


def spans(row: Row) -> list[tuple[float, float, Kind]]:
    return [(round(s.start, 2), round(s.end, 2), s.kind) for s in row.stretches]


def test_a_step_lies_where_it_ran_and_a_gate_is_time_of_people() -> None:
    drawn = gantt(whole(), {})
    assert spans(row_of(drawn, "backup")) == [(2, 43, WORK)]
    assert spans(row_of(drawn, "restore")) == [(52, 74, PEOPLE), (74, 232, WORK)]
    assert spans(row_of(drawn, "debrief")) == [(270, 335, PEOPLE)]
    assert drawn.measured == Stretch(48, 270, Kind.MEASURED)
    assert "name_actors" not in [row.step.id for row in drawn.rows]


def test_a_budget_and_the_best_drill_do_not_count_waits_for_people() -> None:
    row = row_of(gantt(whole(), {"restore": 100}), "restore")
    assert row.best_at == 52 + 22 + 100
    assert row.budget_at == 52 + 22 + 900
    assert row_of(gantt(whole(), {}), "restore").best_at is None
    assert row_of(gantt(whole(), {"debrief": 0}), "debrief").best_at == 335


def test_a_pause_before_a_step_is_drawn_with_that_step() -> None:
    story = Storyteller().start().whole_step("open_source", "source.open", 2)
    story.tell(ev.PauseStarted(by="guided", reason="before each step")).wait(30)
    story.tell(ev.PauseEnded(by="Ada", role="lead")).whole_step("backup", "scripts/backup.sh", 10)
    drawn = gantt(fold(story.clean_up().records), {})
    assert spans(row_of(drawn, "open_source")) == [(0, 2, WORK)]
    assert spans(row_of(drawn, "backup")) == [(2, 32, PEOPLE), (32, 42, WORK)]


def test_a_failed_attempt_the_choice_after_it_and_the_next_attempt_are_told_apart() -> None:
    story = Storyteller().until_gate().wait(22)
    story.tell(ev.GateAnswered(step="restore", answer="approved", wait_s=22))
    story.attempt("restore", "scripts/restore.sh")
    story.attempt_over("restore", 63, ev.Outcome.FAILED, "exit 1").wait(12)
    story.tell(ev.FailureAnswered(step="restore", choice="retry", by="Ada", reason="", wait_s=12))
    story.attempt("restore", "scripts/restore.sh", 2).attempt_over("restore", 40, number=2)
    report = fold(story.end("restore", wait_s=34).clean_up().records)
    kinds = [kind for _, _, kind in spans(row_of(gantt(report, {}), "restore"))]
    assert kinds == [PEOPLE, Kind.FAILED, PEOPLE, WORK]


def test_time_without_a_process_is_neither_work_nor_people() -> None:
    story = Storyteller().start().begin("backup").attempt("backup", "scripts/backup.sh").wait(100)
    story.tell(ev.DrillRecovered(down_s=60, pid=7, boot_id="b", how="resume"))
    story.attempt("backup", "scripts/backup.sh", 2).attempt_over("backup", 20, number=2).end("backup")
    row = row_of(gantt(fold(story.clean_up().records), {}), "backup")
    assert (40, 100, Kind.DOWN) in spans(row)


def test_a_cell_shows_most_of_what_lies_in_it() -> None:
    row = (Stretch(0, 14, PEOPLE), Stretch(14, 40, WORK))
    assert cells(row, 40, 4) == [PEOPLE, WORK, WORK, WORK]
    assert cells(row, 80, 8) == [PEOPLE, WORK, WORK, WORK, None, None, None, None]


@pytest.mark.parametrize("at", [0.0, 17.3, 59.99])
def test_a_step_too_short_for_a_cell_is_seen(at: float) -> None:
    drawn = cells((Stretch(at, at + 0.01, WORK),), 60, 20)
    assert drawn.count(WORK) == 1
    assert drawn[cell_of(at, 60, 20)] is WORK


def test_a_step_of_no_time_at_all_is_seen_too() -> None:
    report = whole()
    row = row_of(gantt(report, {}), "close_source")
    assert row.step.duration_s == 0
    assert "▆" in StepChart(report, {}, 40).row("close_source").plain


@pytest.mark.parametrize("seconds", [0.001, 1, 59, 240, 7200, 400_000, 40_000_000])
@pytest.mark.parametrize("width", [20, 120])
def test_times_on_the_axis_never_touch(seconds: float, width: int) -> None:
    found = ticks(seconds, width)
    assert found[0] == (0, 0)
    assert all(later[0] - earlier[0] >= 8 for earlier, later in pairwise(found))
    assert all(cell < width or at == seconds for cell, at in found)


@pytest.mark.parametrize("width", [74, 109, 110, 194])
def test_no_row_is_wider_than_there_is_room(width: int) -> None:
    laps = Laps(best={"backup": 44, "restore": 5000}, last={"backup": 39})
    told = steps_words(whole(), laps, width)
    assert max(len(row.rstrip()) for row in told.plain.splitlines()) <= width


def test_without_an_earlier_drill_nothing_is_said_of_one() -> None:
    told = steps_words(whole(), Laps(), 114).plain
    assert "best" not in told
    assert "last" not in told
    assert "best so far" in steps_words(whole(), Laps(best={"backup": 30}), 114).plain


def test_a_mark_past_the_end_of_the_drill_is_left_out() -> None:
    chart = StepChart(whole(), {"restore": 10_000}, 60)
    assert "●" not in chart.row("restore").plain
    assert "●" in StepChart(whole(), {"restore": 60}, 60).row("restore").plain


def test_bars_below_the_table_say_what_they_are() -> None:
    report = whole()
    told = time_line(report, StepChart(report, {"backup": 50}, 51), 22).plain
    assert "▆ works   ▂ waits for people   │ budget   ● best so far" in told
    assert told.splitlines()[1].startswith("counted as recovery")


@pytest.mark.parametrize("width", [74, 114])
def test_a_report_whose_times_are_none_has_its_table_without_bars(width: int) -> None:
    report = whole()
    steps = tuple(step.model_copy(update={"started_at": "yesterday"}) for step in report.steps)
    told = steps_words(report.model_copy(update={"steps": steps}), Laps(), width).plain
    assert "Create a backup" in told
    assert "▆" not in told
