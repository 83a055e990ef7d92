"""While an incident is open the screen says that production is frozen, why, and what lifts it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from drill_tui.programme.database import Database
from drill_tui.programme.freeze import FROZEN
from drill_tui.programme.incident_store import incidents_of
from drill_tui.tui.places import Places
from drill_tui.tui.screens.result import ResultScreen
from drill_tui.tui.widgets.freeze_notice import FreezeNotice
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.tui import situations as at
from tests.tui.conftest import seat_of, wait_for
from tests.tui.past_drills import leave_incident
from tests.tui.situations import Situation
from tests.tui.storyteller import Storyteller

WHY = "incident_restore-drill_0002: restore-drill ended with fail: step restore"
LIFTS = "Only a passing drill of restore-drill lifts it"


def flat(words: object) -> str:
    return " ".join(str(words).split())


@asynccontextmanager
async def result_of(places: Places, report: Report) -> AsyncIterator[ResultScreen]:
    seat = seat_of(Storyteller().failed(), live=False)
    seat.drill.run_dir = places.artifacts_dir / "restore-drill_0002"
    async with at.home(places) as here:
        here.app.show_report(report, seat)
        await here.goes_to(ResultScreen)
        screen = here.screen
        assert isinstance(screen, ResultScreen)
        await wait_for(here.pilot, lambda: "Criteria" in page(screen))
        yield screen


def page(screen: ResultScreen) -> str:
    return flat(screen.query_one("#result-page").render())


@pytest.mark.parametrize("there", [at.home, at.open_incidents], ids=["home", "incidents"])
async def test_a_band_says_so_until_a_drill_has_passed(places: Places, there: Situation) -> None:
    leave_incident(places, 2)
    async with there(places) as here:
        notice = here.screen.query_one(FreezeNotice)
        await wait_for(here.pilot, lambda: notice.display and notice.size.height > 0)
        said = flat(notice.render())
        assert FROZEN in said
        assert WHY in said
        assert LIFTS in said
        await here.pilot.resize_terminal(60, 24)
        await wait_for(here.pilot, lambda: str(notice.render()).count("\n") > 4)


@pytest.mark.parametrize("there", [at.home, at.incidents], ids=["home", "incidents"])
async def test_no_band_once_a_drill_has_passed(places: Places, there: Situation) -> None:
    leave_incident(places, 2, followed=True)
    async with there(places) as here:
        assert not here.screen.query_one(FreezeNotice).display


async def test_what_cannot_be_read_freezes_too(places: Places) -> None:
    folder = incidents_of(places.artifacts_dir).folder
    folder.mkdir()
    (folder / "incident_broken.json").write_text("{", encoding="utf-8")
    async with at.home(places) as here:
        notice = here.screen.query_one(FreezeNotice)
        assert notice.display
        assert "incident_broken.json cannot be read" in flat(notice.render())


async def test_the_newest_reasons_are_told_and_the_others_counted(places: Places) -> None:
    for number in range(1, 6):
        leave_incident(places, number)
    async with at.home(places) as here:
        said = flat(here.screen.query_one(FreezeNotice).render())
        assert ("restore-drill_0005" in said, "restore-drill_0003" in said) == (True, False)
        assert "and 3 more" in said


async def test_the_database_that_has_to_pass_is_named(places: Places) -> None:
    incident = leave_incident(places)
    drilled = Database(dbname="shop", host="db.example", port="5432")
    places.incidents().save(incident.model_copy(update={"database": drilled}))
    async with at.home(places) as here:
        said = flat(here.screen.query_one(FreezeNotice).render())
        assert f"Only a passing drill of restore-drill of {drilled} lifts it" in said


async def test_the_result_of_a_failed_drill_says_it_and_copies_it(places: Places) -> None:
    leave_incident(places, 2)
    async with result_of(places, fold(Storyteller().failed().records)) as screen:
        assert FROZEN in page(screen)
        assert WHY in page(screen)
        assert LIFTS in page(screen)
        screen.action_copy_page()
        assert FROZEN in screen.app.clipboard


async def test_a_result_from_before_the_incident_does_not(places: Places) -> None:
    leave_incident(places, 2)
    async with result_of(places, fold(Storyteller().whole().records)) as screen:
        assert FROZEN not in page(screen)


async def test_a_pass_that_lifted_nothing_says_that_it_is_still_frozen(places: Places) -> None:
    leave_incident(places, 2)
    late = fold(Storyteller().whole().records).model_copy(update={"timestamp": "2026-12-24T10:00:00Z"})
    async with result_of(places, late) as screen:
        assert FROZEN in page(screen)
