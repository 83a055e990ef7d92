"""The incidents screen: each key and dialog, what it leaves on disk, and the refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from drill_tui.programme.incident import Incident
from drill_tui.tui.dialogs.reason import ReasonDialog
from drill_tui.tui.places import Places
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.incidents import IncidentsScreen
from tests.tui.conftest import on_screen, wait_for
from tests.tui.past_drills import leave_incident
from tests.tui.storyteller import BEGAN_AT


@asynccontextmanager
async def incidents_of(places: Places) -> AsyncIterator[tuple[IncidentsScreen, Pilot[None]]]:
    """The incidents, opened from home as people open them."""
    home = HomeScreen(places, lambda order: None, now=lambda: BEGAN_AT)
    async with on_screen(lambda: home) as (app, pilot):
        screen = IncidentsScreen(places, now=lambda: BEGAN_AT + 90_000)
        await app.push_screen(screen)
        await pilot.pause()
        yield screen, pilot


def words(screen: IncidentsScreen) -> str:
    return str(screen.query_one("#incident-details").render())


def listed(screen: IncidentsScreen) -> list[str]:
    options = screen.query_one(OptionList)
    return [str(options.get_option_at_index(i).prompt) for i in range(options.option_count)]


def messages(pilot: Pilot[None]) -> list[str]:
    return [note.message for note in pilot.app._notifications]


def on_disk(places: Places, incident: Incident) -> Incident:
    return places.incidents().find(incident.id)


async def answer(pilot: Pilot[None], key: str, text: str) -> None:
    await pilot.press(key)
    await wait_for(
        pilot, lambda: isinstance(pilot.app.screen, ReasonDialog) and pilot.app.focused is not None
    )
    await pilot.press(*text, "enter")
    await wait_for(pilot, lambda: isinstance(pilot.app.screen, IncidentsScreen))


async def test_the_newest_unresolved_one_is_shown_first(places: Places) -> None:
    old, new = leave_incident(places, 1), leave_incident(places, 2)
    async with incidents_of(places) as (screen, pilot):
        assert new.id in words(screen)
        await pilot.press("down")
        await wait_for(pilot, lambda: old.id in words(screen))
        assert 'role "billing_ro" does not exist' in words(screen)
        await pilot.press("up")
        await wait_for(pilot, lambda: new.id in words(screen))


async def test_it_is_chosen_with_the_mouse(places: Places) -> None:
    old = leave_incident(places, 1)
    leave_incident(places, 2)
    async with incidents_of(places) as (screen, pilot):
        await pilot.click("#incidents", offset=(4, 4))
        await wait_for(pilot, lambda: old.id in words(screen))


async def test_acknowledging_says_who_and_how(places: Places) -> None:
    incident = leave_incident(places)
    async with incidents_of(places) as (screen, pilot):
        await answer(pilot, "a", "[/x] mine")
        kept = on_disk(places, incident)
        assert kept.state == "acknowledged"
        assert (kept.acts[-1].by, kept.acts[-1].note) == ("operator", "[/x] mine")
        assert kept.acts[-1].at == "2026-11-19T12:06:40Z"
        assert "acknowledged" in listed(screen)[0]
        assert "[/x] mine" in words(screen)


@pytest.mark.parametrize("key", ["a", "r"])
async def test_no_words_change_nothing(places: Places, key: str) -> None:
    incident = leave_incident(places, followed=True)
    async with incidents_of(places) as (_, pilot):
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ReasonDialog))
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, ReasonDialog)
        assert "needed" in str(pilot.app.screen.query_one("#dialog-complaint").render())
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, IncidentsScreen))
        assert on_disk(places, incident) == incident


async def refused(pilot: Pilot[None], key: str, text: str) -> str:
    """What the dialog says; what was written must still be there."""
    await pilot.press(key)
    await wait_for(
        pilot, lambda: isinstance(pilot.app.screen, ReasonDialog) and pilot.app.focused is not None
    )
    await pilot.press(*text, "enter")
    complaint = pilot.app.screen.query_one("#dialog-complaint", Static)
    await wait_for(pilot, lambda: bool(str(complaint.render())))
    assert pilot.app.screen.query_one("#reason", Input).value == text
    return str(complaint.render())


async def test_only_one_that_a_passing_drill_followed_is_resolved(places: Places) -> None:
    incident = leave_incident(places)
    async with incidents_of(places) as (screen, pilot):
        why = await refused(pilot, "r", "mended")
        assert "cannot be resolved" in why
        assert "drill-tui --auto --runbook restore-drill" in why
        assert on_disk(places, incident) == incident
        await pilot.press("escape")
        await wait_for(pilot, lambda: pilot.app.screen is screen)


async def test_a_resolved_one_goes_below_the_open_ones(places: Places) -> None:
    mended, still_open = leave_incident(places, 2, followed=True), leave_incident(places, 1)
    async with incidents_of(places) as (screen, pilot):
        await answer(pilot, "r", "the role was missing")
        assert on_disk(places, mended).state == "resolved"
        assert on_disk(places, still_open).state == "open"
        assert ["open" in listed(screen)[0], "resolved" in listed(screen)[1]] == [True, True]


async def test_a_resolved_one_is_not_acknowledged_again(places: Places) -> None:
    incident = leave_incident(places, followed=True)
    async with incidents_of(places) as (_, pilot):
        await answer(pilot, "r", "mended")
        assert "resolved already" in await refused(pilot, "a", "again")
        assert on_disk(places, incident).state == "resolved"


async def test_without_incidents_it_says_so_and_the_keys_do_nothing(places: Places) -> None:
    async with incidents_of(places) as (screen, pilot):
        assert "No incident" in words(screen)
        await pilot.press("a", "r", "down", "enter")
        assert pilot.app.screen is screen


async def test_a_file_that_cannot_be_read_is_named(places: Places) -> None:
    leave_incident(places)
    broken = places.incidents().folder / "incident_broken.json"
    broken.write_text("{", encoding="utf-8")
    async with incidents_of(places) as (screen, pilot):
        await wait_for(pilot, lambda: any(str(broken) in text for text in messages(pilot)))
        assert "No incident" not in words(screen)


async def test_what_cannot_be_read_is_not_called_no_incident(places: Places) -> None:
    folder = places.incidents().folder
    folder.mkdir(parents=True)
    (folder / "incident_broken.json").write_text("{", encoding="utf-8")
    async with incidents_of(places) as (screen, _):
        assert "No incident" not in words(screen)
        assert "incident_broken.json" in words(screen)


async def test_escape_leads_back_home(places: Places) -> None:
    leave_incident(places)
    async with incidents_of(places) as (_, pilot):
        await pilot.press("escape")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HomeScreen))
