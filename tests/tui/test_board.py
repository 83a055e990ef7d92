"""The board of a fleet: what is urgent stands first, what changes is seen, and Enter leads to the drill."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import DataTable, Input

from drill_tui.engine.record.vocabulary import SEATS_NAME
from drill_tui.fleet.board import BoardRow
from drill_tui.tui.board_words import QueueNews, foot_words, head_words
from drill_tui.tui.places import Places
from drill_tui.tui.screens.board import BoardScreen
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.screens.history import HistoryScreen
from drill_tui.tui.screens.result import ResultScreen
from tests.tui import situations as at
from tests.tui.conftest import on_screen, wait_for
from tests.tui.fleet_board import board, choose, many_rows, names, screen_of, some_rows, watched_drill
from tests.tui.situations import Here
from tests.tui.storyteller import RUN_ID, Storyteller


def row_of(here: Here, name: str) -> list[str]:
    return [str(cell).strip() for cell in here.screen.query_one(DataTable).get_row(name)]


def notices(here: Here) -> str:
    return "\n".join(notice.message for notice in here.app._notifications)


async def test_what_is_urgent_stands_first_and_every_word_is_there(places: Places) -> None:
    async with board(places) as here:
        assert names(here) == [
            *("shop", "events", "billing-archive-of-the-last-decade", "search"),
            *("reports", "orders", "users", "ledger"),
        ]
        assert row_of(here, "events")[:5] == ["events", "✗ failing", "platform", "12 d", "in 19 d"]
        assert row_of(here, "orders")[6].startswith("▶ 2:10 drill1 Restore into")
        assert row_of(here, "users")[6] == "▶ 1:06:40 drill2"
        assert row_of(here, "search")[6] == "◆ waiting"
        head = at.words_of(here, "#board-head")
        assert "4 of 8 databases proven" in head
        assert "✗ 1 failing  ✗ 1 overdue  ! 1 due  ▶ 3 running  ◆ 1 waiting" in head
        assert "cannot be read" in at.words_of(here, "#board-foot"), "why the chosen one is where it is"


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_every_column_fits(places: Places, size: tuple[int, int]) -> None:
    async with board(places, size=size) as here:
        table = here.screen.query_one(DataTable)
        titles = [str(column.label) for column in table.ordered_columns]
        assert titles[:7] == ["Database", "State", "Owner", "Proven", "Next", "RTO", "Now"]
        assert ("Why" in titles) == (size[0] == 200)
        assert table.virtual_size.width <= size[0]
        assert "2:10 drill1" in row_of(here, "orders")[6], "the clock and the host are never cut off"


async def test_a_filter_keeps_what_has_every_word(places: Places) -> None:
    async with board(places) as here:
        await here.pilot.press("slash", *"payments")
        await wait_for(here.pilot, lambda: names(here) == ["shop", "orders"])
        assert "2 have: payments" in at.words_of(here, "#board-head")
        await here.pilot.press("space", *"run", "enter")
        await wait_for(here.pilot, lambda: names(here) == ["orders"])
        await wait_for(here.pilot, lambda: here.app.focused is here.screen.query_one(DataTable))
        assert "1 have: payments run" in at.words_of(here, "#board-head"), "what is hidden is said"
        await here.pilot.press("escape")
        await wait_for(here.pilot, lambda: len(names(here)) == 8)
        assert not here.screen.query_one(Input).display


async def test_a_filter_that_fits_nothing_opens_nothing(places: Places) -> None:
    async with board(places) as here:
        await here.pilot.press("slash", *"nowhere", "enter")
        await wait_for(here.pilot, lambda: names(here) == [])
        await here.pilot.press("enter", "h")
        assert here.shows(BoardScreen)


async def test_news_appear_by_themselves_and_the_chosen_one_stays_chosen(places: Places) -> None:
    told = list(some_rows(places))
    async with board(places, lambda now: tuple(sorted(told, key=lambda row: row.rank))) as here:
        await choose(here, "users")
        place = next(number for number, row in enumerate(told) if row.name == "users")
        told[place] = BoardRow(replace(told[place].standing, state="failing", why="it broke"))
        await wait_for(here.pilot, lambda: names(here)[1:3] == ["events", "users"])
        table = here.screen.query_one(DataTable)
        assert names(here)[table.cursor_row] == "users"
        await wait_for(here.pilot, lambda: "it broke" in at.words_of(here, "#board-foot"))
        assert row_of(here, "users")[6] == ""


async def test_evidence_that_does_not_come_does_not_hold_up_the_screen(places: Places) -> None:
    came, rows = threading.Event(), some_rows(places)

    def slow(now: float) -> tuple[BoardRow, ...]:
        came.wait(60)
        return rows

    screen = screen_of(places, slow)
    async with on_screen(lambda: screen) as (app, pilot):
        here = Here(app, pilot, places)
        await pilot.press("slash", *"ord")
        await wait_for(pilot, lambda: screen.query_one(Input).value == "ord")
        assert "Reading the evidence" in at.words_of(here, "#board-head")
        came.set()
        await wait_for(pilot, lambda: names(here) == ["orders"])


async def test_evidence_that_cannot_be_read_is_said(places: Places) -> None:
    rows, broken = some_rows(places), threading.Event()

    def read(now: float) -> tuple[BoardRow, ...]:
        if broken.is_set():
            raise PermissionError(13, "Permission denied")
        return rows

    async with board(places, read) as here:
        broken.set()
        await wait_for(here.pilot, lambda: "Permission denied" in at.words_of(here, "#board-foot"))
        assert len(names(here)) == 8, "what was read before stays"


async def test_what_the_queue_does_not_say_is_said(places: Places) -> None:
    async with board(places, news=QueueNews(problem="No control database is named.")) as here:
        assert "No control database is named." in at.words_of(here, "#board-foot")
        assert "waiting" not in at.words_of(here, "#board-head")


async def test_enter_watches_a_drill_of_this_machine_and_escape_comes_back(
    places: Places, tmp_path: Path
) -> None:
    folder = tmp_path / "work" / "orders"
    with watched_drill(folder) as (story, pass_on, audience):
        pass_on()
        rows = some_rows(places, folder / RUN_ID)
        async with board(places, lambda now: rows) as here:
            await wait_for(here.pilot, lambda: (folder / RUN_ID / SEATS_NAME).exists())
            await choose(here, "orders")
            await here.pilot.press("enter")
            await here.goes_to(DrillScreen)
            seat = here.drill.seat
            await wait_for(here.pilot, lambda: len(seat.drill.records) == len(story.records))
            assert seat.joined is not None
            assert seat.joined.observes
            await wait_for(here.pilot, lambda: audience.server.has_guests)
            await here.pilot.press("escape")
            await here.goes_to(BoardScreen)
            await wait_for(here.pilot, lambda: not audience.server.has_guests)
            await here.pilot.press("enter")
            await here.goes_to(DrillScreen)
            rest = Storyteller().whole()
            for record in rest.records[len(story.records) :]:
                story.tell(record.event)
            pass_on()
            await audience.server.close()
            await here.goes_to(ResultScreen)
            await here.pilot.press("escape")
            await here.goes_to(BoardScreen)
            assert here.app.failure is None


async def test_a_drill_of_another_machine_says_what_to_type_there(places: Places) -> None:
    async with board(places) as here:
        await choose(here, "users")
        await here.pilot.press("enter")
        await wait_for(here.pilot, lambda: "runs on drill2" in notices(here))
        assert "drill-tui join --observe --artifacts artifacts/fleet-work/drill2/users" in notices(here)
        assert here.shows(BoardScreen)


async def test_a_drill_that_has_just_begun_is_not_said_to_be_elsewhere(places: Places) -> None:
    async with board(places) as here:
        await choose(here, "ledger")
        await here.pilot.press("enter")
        await wait_for(here.pilot, lambda: "try again in a moment" in notices(here))
        assert here.shows(BoardScreen)


async def test_a_drill_without_seats_says_how_to_follow_it(places: Places) -> None:
    async with board(places) as here:
        await choose(here, "orders")
        await here.pilot.press("enter")
        await wait_for(here.pilot, lambda: "drill-tui watch run --artifacts /nowhere" in notices(here))
        assert here.shows(BoardScreen)


async def test_enter_on_what_does_not_run_opens_its_past(places: Places) -> None:
    async with board(places) as here:
        await choose(here, "search")
        await here.pilot.press("enter")
        await here.goes_to(HistoryScreen)
        await here.pilot.press("escape")
        await here.goes_to(BoardScreen)
        await choose(here, "users")
        await here.pilot.press("h")
        await here.goes_to(HistoryScreen)


async def test_two_hundred_databases_are_laid_out_once_and_then_only_changed(places: Places) -> None:
    told = list(many_rows(200))
    async with board(places, lambda now: tuple(told)) as here:
        table = here.screen.query_one(DataTable)
        assert table.row_count == 200
        await here.pilot.press("ctrl+end")
        await wait_for(here.pilot, lambda: table.cursor_row == 199)
        columns = list(table.columns.values())
        told[199] = BoardRow(replace(told[199].standing, state="failing"))
        await wait_for(here.pilot, lambda: row_of(here, "db199")[1] == "✗ failing")
        assert table.cursor_row == 199
        assert list(table.columns.values()) == columns, "the table was not made anew"


async def test_whatever_a_name_holds_is_one_line_of_text(places: Places) -> None:
    row = next(row for row in some_rows(places) if row.name == "users")
    owner = replace(row.standing.database, owner="[red]us\x1b[31m\nand them")
    assert row.doing is not None
    hostile = BoardRow(replace(row.standing, database=owner), replace(row.doing, host="h\x1b]0;x\x07\n2"))
    async with board(places, lambda now: (hostile,)) as here:
        assert row_of(here, "users")[2].startswith("[red]us and")
        assert row_of(here, "users")[6] == "▶ 1:06:40 h 2"


def test_words_of_databases_are_text_not_markup(places: Places) -> None:
    row = some_rows(places)[0]
    hostile = replace(row.standing, why="[bold]\x1b[31mred[/bold]\n2 lines")
    words = foot_words(BoardRow(hostile), QueueNews(problem="[red]no\x1b[0m"), 120).plain
    assert "[bold]red[/bold] 2 lines" in words
    assert "\x1b" not in words
    assert "[red]no" in words
    assert "1 of 1 database" not in head_words("f", [row], 1, "", QueueNews(), 80).plain
