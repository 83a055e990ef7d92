"""How fast a step gets on: smoothed, measured anew for other work, and never a number before it is known."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from drill_tui.engine.record.events import Progress
from drill_tui.tui.bridge import TuiBridge
from drill_tui.tui.throughput import HISTORY, WINDOW_S, Throughput
from drill_tui.tui.throughput_words import rate_words, throughput_line
from drill_tui.tui.watched import WatchedDrill
from tests.tui.storyteller import Storyteller


def progress(done: float, unit: str = "rows", step: str = "restore") -> Progress:
    return Progress(step=step, label="public.events", done=done, total=1e6, unit=unit)


def told(moments: Iterable[tuple[float, float]], unit: str = "rows") -> Throughput:
    found = Throughput()
    for at, done in moments:
        found.take(at, progress(done, unit))
    return found


def test_one_word_of_progress_is_no_rate() -> None:
    assert Throughput().per_s(100) is None
    assert told([(100, 5000)]).per_s(100) is None
    assert told([(100, 5000)]).per_s(104) is None
    assert told([(100, 0), (101.9, 900)]).per_s(101.9) is None
    assert told([(100, 0), (102, 900)]).per_s(102) == 450


def test_a_steady_step_has_its_rate_however_often_it_tells() -> None:
    for every_s in (0.2, 1.0, 4.0):
        moments = [(every_s * n, 1000 * every_s * n) for n in range(200)]
        assert told(moments).per_s(moments[-1][0]) == pytest.approx(1000)


def test_a_burst_is_smoothed_over_the_window() -> None:
    moments = [(n, 100.0 * n) for n in range(30)]
    found = told([*moments, (30, 100 * 29 + 5000)])
    assert found.per_s(30) == pytest.approx((900 + 5000) / WINDOW_S)


def test_what_stands_still_gets_slower_instead_of_keeping_its_last_rate() -> None:
    found = told([(n, 100.0 * n) for n in range(11)])
    assert found.per_s(10) == 100
    assert found.per_s(14) == 100
    assert found.per_s(30) == pytest.approx(1000 / 30)
    assert found.quiet_s(30) == 20


def test_saying_the_same_again_is_no_work() -> None:
    found = told([(n, min(n, 10) * 100.0) for n in range(31)])
    assert found.per_s(30) == 0
    assert found.quiet_s(30) == 20


@pytest.mark.parametrize(("done", "unit"), [(10.0, "rows"), (5e6, "bytes")])
def test_other_work_is_measured_anew(done: float, unit: str) -> None:
    found = told([(n, 100.0 * n) for n in range(20)])
    found.take(20, progress(done, unit))
    assert found.per_s(20) is None
    assert not found.history
    found.take(24, progress(done + 400, unit))
    assert found.per_s(24) == 100


def test_a_long_step_keeps_no_more_than_its_window_and_a_minute() -> None:
    found = told([(n * 0.2, n * 10.0) for n in range(50_000)])
    assert len(found._told) <= WINDOW_S / 0.2 + 2
    assert len(found.history) == HISTORY
    assert found.highest == pytest.approx(50)


def test_the_line_names_the_rate_and_the_highest() -> None:
    found = told([(n, 48_200.0 * n) for n in range(20)])
    line = throughput_line(found, 19, 60)
    assert line is not None
    assert line.plain.startswith("48.2 k rows/s  ██████")
    assert line.plain.rstrip().endswith("highest 48.2 k rows/s")
    assert line.cell_length == 60
    assert "highest" not in (throughput_line(found, 19, 24) or line).plain


def test_bytes_are_told_as_disks_are_sold() -> None:
    assert rate_words(told([(n, 61.3e6 * n) for n in range(20)], "bytes"), 19) == "61.3 MB/s"


@pytest.mark.parametrize("unit", ["tables", "items"])
def test_tables_a_second_say_nothing(unit: str) -> None:
    found = told([(n, 2.0 * n) for n in range(20)], unit)
    assert rate_words(found, 19) == ""
    assert throughput_line(found, 60, 60) is None


def test_a_step_that_got_nothing_done_for_a_while_says_so() -> None:
    found = told([(n, 100.0 * n) for n in range(20)])
    line = throughput_line(found, 49, 60)
    assert line is not None
    assert line.plain == "nothing more done for 30 s"


def test_the_next_attempt_of_a_step_begins_without_a_rate() -> None:
    drill = WatchedDrill()
    story = Storyteller().until_failure()
    for record in story.records:
        drill.take(record)
    for n in range(20):
        drill.take_progress(progress(100.0 * n), story.now + n)
    assert drill.throughput["restore"].per_s(story.now + 19) == 100
    story.wait(20).attempt("restore", "scripts/restore.sh", 2)
    drill.take(story.records[-1])
    assert "restore" not in drill.throughput
    assert "restore" not in drill.progress


async def test_what_the_drill_tells_is_measured_by_the_drills_clock() -> None:
    times = iter([10.0, 11.0, 12.0, 13.0])
    bridge = TuiBridge(WatchedDrill(), now=lambda: next(times))
    for done in (0, 500, 1000, 1500):
        bridge.on_progress(progress(done))
        bridge.take_in()
    assert bridge.drill.throughput["restore"].per_s(13) == 500
    bridge.flush()


async def test_progress_that_came_with_the_start_of_its_attempt_is_kept() -> None:
    story = Storyteller().until_gate().attempt("restore", "scripts/restore.sh")
    bridge = TuiBridge(WatchedDrill(), now=lambda: story.now)
    for record in story.records:
        bridge.on_record(record)
    bridge.on_progress(progress(0))
    bridge.on_progress(progress(500))
    bridge.flush()
    assert bridge.drill.progress["restore"].done == 500
