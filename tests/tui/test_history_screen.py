"""The history: every past drill with the durations of its steps, at any width."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import DataTable, Static

from drill_tui.programme.shelf import Shelf
from drill_tui.tui.looks import COLOURS, Tone
from drill_tui.tui.places import Places
from drill_tui.tui.screens.history import MOST, HistoryScreen
from drill_tui.tui.widgets.rto_chart import chart
from tests.tui import situations as at
from tests.tui.conftest import on_screen, wait_for
from tests.tui.past_drills import leave_drill_of


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_steps_of_the_chosen_drill_have_their_durations(
    places: Places, size: tuple[int, int]
) -> None:
    async with at.history(places) as here:
        await here.pilot.resize_terminal(*size)
        times = here.screen.query_one("#history-step-times", Static)
        await wait_for(here.pilot, lambda: here.screen.size == size and times.region.area > 0)
        await here.pilot.press("ctrl+end")
        await wait_for(here.pilot, lambda: "verify" in str(times.render()))
        rows = [line.split() for line in str(times.render()).splitlines()]
        assert next(row for row in rows if row[:1] == ["restore"])[1] == "2:38"
        assert all(len(line.rstrip()) <= times.size.width for line in str(times.render()).splitlines())
        chart_says = at.words_of(here, "#history-chart")
        assert "Quarterly restore drill" in chart_says.splitlines()[0], "it says whose drills these are"
        for _ in range(5):
            await here.pilot.press("up")
        await wait_for(here.pilot, lambda: "Checksums verify: missed" in str(times.render()))


async def test_drills_of_every_runbook_are_a_key_away(places: Places) -> None:
    leave_drill_of(places, "latest-backup")
    async with at.history(places) as here:
        table = here.screen.query_one(DataTable)
        own = table.row_count
        await here.pilot.press("a")
        await wait_for(here.pilot, lambda: table.row_count == own + 1)
        assert "latest-backup" in [str(cell) for cell in table.get_row_at(0)]
        await here.pilot.press("a")
        await wait_for(here.pilot, lambda: table.row_count == own)


def test_a_chart_takes_the_room_and_shows_a_failed_drill_red(places: Places) -> None:
    drills = places.shelf().drills[::-1]
    large = chart(drills, 196, 14)
    rows = large.plain.splitlines()
    assert len(rows) == 14
    assert max(len(row.rstrip()) for row in rows) > 140, "ten drills fill the width"
    assert "06-03" in rows[-1]
    assert "27:30" in rows[-2], "each drill has its day and its time"
    failed_at = rows[-1].index("06-03")
    offset = sum(len(row) + 1 for row in rows[:4]) + failed_at
    styles = [str(span.style) for span in large.spans if span.start <= offset < span.end]
    assert any(COLOURS[Tone.BAD] in style for style in styles), "27:30 of 30:00 alone would be amber"
    assert not any(COLOURS[Tone.WARN] in style for style in styles)
    assert len(chart(drills, 40, 5).plain.splitlines()) == 5


@pytest.mark.parametrize("count", [MOST, MOST + 1])
async def test_of_very_many_drills_the_newest_are_shown_and_it_is_said(count: int, places: Places) -> None:
    one = places.shelf().drills[-1]
    drills = tuple(replace(one, path=one.path.with_name(f"{i}.json")) for i in range(count))
    async with on_screen(lambda: HistoryScreen(Shelf(drills))) as (app, _):
        table = app.screen.query_one(DataTable)
        assert table.row_count == MOST
        assert next(iter(table.rows)).value == f"{count - 1}.json"
        said = str(app.screen.query_one("#history-chart", Static).render())
        assert ("the last 300 of 301 drills" in said) is (count > MOST)
