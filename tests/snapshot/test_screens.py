"""Pictures of every screen, at rest: three sizes, all themes, no colour, ASCII."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from drill_tui.engine.ports import Failure
from drill_tui.tui.app import DrillApp
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.gates import NoteGate, SignoffGate
from drill_tui.tui.dialogs.stop import StopDialog
from drill_tui.tui.places import Places
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.screens.help import HelpScreen
from drill_tui.tui.screens.history import HistoryScreen
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.incidents import IncidentsScreen
from drill_tui.tui.screens.result import ResultScreen
from drill_tui.tui.screens.sign_in import SignInScreen
from drill_tui.tui.seat import Seat
from drill_tui.tui.settings import Settings
from drill_tui.verdict.fold import fold
from tests.tui.conftest import places as places
from tests.tui.conftest import seat_of
from tests.tui.conftest import still_screen as still_screen
from tests.tui.storyteller import BEGAN_AT, DEBRIEF_GATE, RESTORE_GATE, Storyteller

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 36), (200, 50)]
FAILURE = Failure(
    step="restore",
    attempt=1,
    reason='pg_restore: error: role "billing_ro" does not exist',
    exit_code=1,
    environment={},
    working_dir=Path("/tmp"),
)


def app_of(
    screen: Callable[[], Screen[None]], *, theme: str = "drill-dark", ascii_only: bool = False
) -> App[None]:
    return DrillApp(
        Settings(theme=theme), first=screen, ascii_only=ascii_only, environment={"COLORTERM": "truecolor"}
    )


def at_rest(
    seat: Seat, ask: Callable[[], Screen[Any]] | None = None
) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Draw until nothing moves any more; with a dialog on top if there is one."""

    async def run(pilot: Pilot[None]) -> None:
        await pilot.pause()
        if ask is not None:
            await pilot.app.push_screen(ask())
        await pilot.pause()

    return run


@pytest.mark.parametrize("size", SIZES)
def test_drill(snap_compare: Compare, size: tuple[int, int]) -> None:
    seat = seat_of(Storyteller().until_restoring())
    assert snap_compare(app_of(lambda: DrillScreen(seat)), terminal_size=size, run_before=at_rest(seat))


@pytest.mark.parametrize("theme", ["drill-light", "drill-contrast", "drill-16"])
def test_drill_in_other_themes(snap_compare: Compare, theme: str) -> None:
    seat = seat_of(Storyteller().until_failure())
    app = app_of(lambda: DrillScreen(seat), theme=theme)
    assert snap_compare(app, terminal_size=(120, 36), run_before=at_rest(seat))


def test_drill_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    seat = seat_of(Storyteller().until_failure())
    assert snap_compare(app_of(lambda: DrillScreen(seat)), terminal_size=(80, 24), run_before=at_rest(seat))


def test_drill_in_ascii(snap_compare: Compare) -> None:
    seat = seat_of(Storyteller().until_restoring())
    app = app_of(lambda: DrillScreen(seat), ascii_only=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=at_rest(seat))


@pytest.mark.parametrize("size", SIZES)
def test_past_drill(snap_compare: Compare, size: tuple[int, int]) -> None:
    seat = seat_of(Storyteller().failed(), live=False)
    assert snap_compare(app_of(lambda: DrillScreen(seat)), terminal_size=size, run_before=at_rest(seat))


@pytest.mark.parametrize("kind", ["signoff", "note", "failure", "stop"])
def test_dialogs(snap_compare: Compare, kind: str) -> None:
    seat = seat_of(Storyteller().until_gate())
    dialogs: dict[str, Callable[[], Screen[Any]]] = {
        "signoff": lambda: SignoffGate(RESTORE_GATE, seat),
        "note": lambda: NoteGate(DEBRIEF_GATE, seat),
        "failure": lambda: FailureDialog(FAILURE, seat, ["one line", "[/x] another"], open_no_shell),
        "stop": lambda: StopDialog(seat),
    }
    app = app_of(lambda: DrillScreen(seat))
    assert snap_compare(app, terminal_size=(80, 24), run_before=at_rest(seat, dialogs[kind]))


async def open_no_shell(failure: Failure) -> None:
    raise AssertionError("no shell is opened in a picture")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("outcome", ["whole", "failed"])
def test_result(snap_compare: Compare, outcome: str, size: tuple[int, int]) -> None:
    story = Storyteller().whole() if outcome == "whole" else Storyteller().failed()
    seat, report = seat_of(story, live=False), fold(story.records)
    app = app_of(lambda: ResultScreen(report, seat))
    assert snap_compare(app, terminal_size=size, run_before=at_rest(seat))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["home", "sign_in", "history", "incidents", "help"])
def test_other_screens(snap_compare: Compare, places: Places, name: str, size: tuple[int, int]) -> None:
    loaded = places.runbooks()[0].loaded
    assert loaded is not None
    screens: dict[str, Callable[[], Screen[None]]] = {
        "home": lambda: HomeScreen(places, lambda order: None, now=lambda: BEGAN_AT),
        "sign_in": lambda: SignInScreen(loaded, lambda order: None),
        "history": lambda: HistoryScreen(places),
        "incidents": lambda: IncidentsScreen(places),
        "help": lambda: HelpScreen({}),
    }

    async def settle(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.pause()

    assert snap_compare(app_of(screens[name]), terminal_size=size, run_before=settle)
