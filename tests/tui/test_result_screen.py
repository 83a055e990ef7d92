"""The result on the screen: what is copied, what it is compared with, and how large the verdict is."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from drill_tui.engine.record.earlier import Earlier
from drill_tui.sinks.chat import chat_sentences
from drill_tui.tui.places import Places
from drill_tui.tui.result_words import verdict_words
from drill_tui.tui.screens.result import ResultScreen, laps_before
from drill_tui.verdict.fold import fold
from drill_tui.verdict.laps import Laps
from tests.tui.conftest import on_screen, seat_of, wait_for
from tests.tui.storyteller import Storyteller


def result_of(story: Storyteller, places: Places | None = None) -> ResultScreen:
    seat, report = seat_of(story, live=False), fold(story.records)
    seat.drill.run_dir = places.artifacts_dir / report.run_id if places else None
    return ResultScreen(report, seat)


def page_of(screen: ResultScreen) -> str:
    return str(screen.query_one("#result-page", Static).render())


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_three_sentences_are_copied_for_the_chat(size: tuple[int, int]) -> None:
    story = Storyteller().failed()
    async with on_screen(lambda: result_of(story), size=size) as (app, pilot):
        await pilot.press("y")
        assert app.clipboard.splitlines() == list(chat_sentences(fold(story.records)))
        assert "Step restore" in app.clipboard


async def test_the_whole_page_is_copied_as_text() -> None:
    async with on_screen(lambda: result_of(Storyteller().whole()), size=(120, 36)) as (app, pilot):
        await pilot.press("Y")
        assert app.clipboard.startswith("✓ PASSED\n")
        assert "For the team's chat" in app.clipboard
        assert "counted as recovery" in app.clipboard


async def test_what_changed_since_the_last_drill_is_told_once_it_is_read(places: Places) -> None:
    screen = result_of(Storyteller().whole(), places)
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.looked_back)
        await pilot.pause()
        assert "Since the last drill  2026-10-03 10:00  ✓ PASSED" in page_of(screen)
        assert "RTO       15:00 → 3:42  −11:18" in page_of(screen)


async def test_a_first_drill_says_nothing_of_a_last_one() -> None:
    screen = result_of(Storyteller().whole())
    async with on_screen(lambda: screen) as (_, pilot):
        await wait_for(pilot, lambda: screen.looked_back)
        assert "Since the last drill" not in page_of(screen)


def test_a_past_drill_is_held_against_those_before_it_and_not_against_itself() -> None:
    story = Storyteller().whole()
    report, past, live = fold(story.records), seat_of(story, live=False), seat_of(story)
    assert past.laps.best
    assert laps_before(report, past) == Laps()
    assert laps_before(report, live) == live.laps
    told = report.model_copy(update={"earlier": Earlier(best_s={"backup": 7.0}, last_s={"backup": 9.0})})
    assert laps_before(told, live) == Laps(best={"backup": 7.0}, last={"backup": 9.0})


@pytest.mark.parametrize("width", [76, 116, 196])
@pytest.mark.parametrize("verdict", ["pass", "unproven", "fail", "error", "aborted"])
def test_every_verdict_is_as_large_as_there_is_room(verdict: str, width: int) -> None:
    report = fold(Storyteller().whole().records).model_copy(update={"verdict": verdict})
    letters = _in_blocks(verdict_words(report, width, 5).plain)
    assert len(letters) in ((5,) if width > 150 else (3, 5))
    assert max(map(len, letters)) <= width
    assert not _in_blocks(verdict_words(report, width, 2).plain)


def _in_blocks(told: str) -> list[str]:
    return [row for row in told.splitlines() if set(row) & set("█▀▄")]
