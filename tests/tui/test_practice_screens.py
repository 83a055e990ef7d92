"""The screens of a practice, from home to what is revealed, at the smallest and at a usual size."""

from __future__ import annotations

import pytest
from textual.widgets import Input, OptionList

from drill_tui.engine.run.control import DrillControl
from drill_tui.faults.practice.checks import CHECKS
from drill_tui.faults.practice.session import Ending
from drill_tui.tui.dialogs.stop import YesNoDialog
from drill_tui.tui.order import CleanOrder, PracticeOrder, ResumeOrder
from drill_tui.tui.places import Places
from drill_tui.tui.practising import PracticeDesk
from drill_tui.tui.screens.diagnose import DiagnoseScreen
from drill_tui.tui.screens.home import HomeScreen
from drill_tui.tui.screens.practice import PracticeScreen
from drill_tui.tui.screens.practices import PracticesScreen
from drill_tui.tui.screens.revealed import RevealedScreen
from tests.tui.conftest import on_screen, wait_for
from tests.tui.practice_situations import Practising, practising, say_what_is_broken
from tests.tui.scripted_practice import Canned, drawn, leave_practice
from tests.tui.storyteller import BEGAN_AT

SIZES = ((80, 24), (120, 36))


async def diagnose(here: Practising, *, right: bool, words: str = "build it again") -> None:
    await here.pilot.press("d")
    await here.goes_to(DiagnoseScreen)
    offered = here.practice.offered
    place = next(n for n, one in enumerate(offered) if (here.practice.drawn.fault in one.faults) is right)
    await here.pilot.press(*["down"] * place, "enter")
    await wait_for(here.pilot, lambda: isinstance(here.app.focused, Input))
    await here.pilot.press(*words, "enter")


@pytest.mark.parametrize("size", SIZES)
async def test_a_wrong_and_a_right_diagnosis(places: Places, size: tuple[int, int]) -> None:
    async with practising(places, size) as here:
        await here.pilot.press("r")
        await here.says("#practice-text", "[/x] 1 fault. ops.tickets_open is missing")
        assert "It objects." in here.words("#practice-text")
        await diagnose(here, right=False)
        await here.goes_to(PracticeScreen)
        await here.says("#practice-words", "Not that.")
        await here.says("#practice-words", "1 wrong turn")
        await diagnose(here, right=True)
        await here.goes_to(RevealedScreen)
        told = here.words("#revealed-page")
        for words in (
            "An index is missing.",
            "ops.tickets",
            "What gave it away",
            "build it again",
            "1 wrong turn",
        ):
            assert words in told
        assert (here.record.ending, here.record.checks) == (Ending.FOUND, 1)
        here.desk.cleared_away("", ())
        await here.says("#revealed-foot", "Nothing is left of it")
        await here.pilot.press("escape")
        await here.goes_to(HomeScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_every_screen_says_practice(places: Places, size: tuple[int, int]) -> None:
    async with practising(places, size) as here:
        seen: dict[type, str] = {PracticeScreen: here.words("PracticeBanner")}
        await here.pilot.press("d")
        await here.goes_to(DiagnoseScreen)
        seen[DiagnoseScreen] = here.words("PracticeBanner")
        await say_what_is_broken(here.pilot, here.practice)
        await here.goes_to(RevealedScreen)
        seen[RevealedScreen] = here.words("PracticeBanner")
        await here.pilot.press("escape")
        await here.goes_to(HomeScreen)
        await here.pilot.press("p")
        await here.goes_to(PracticesScreen)
        seen[PracticesScreen] = here.words("PracticeBanner")
        assert all("PRACTICE · not a drill" in words for words in seen.values()), seen


async def test_hints_come_one_at_a_time(places: Places) -> None:
    async with practising(places) as here:
        hints = here.practice.scenario.hints
        for number in range(1, len(hints) + 1):
            await here.pilot.press("t")
            await here.says("#practice-words", f"Hint {number}")
        await here.pilot.press("t")
        assert any("no further hint" in note.message for note in here.app._notifications)
        assert here.practice.hints_shown == len(hints)


async def test_one_check_at_a_time(places: Places) -> None:
    async with practising(places) as here:
        assert here.desk.stage is not None
        asking = here.desk.stage.asking
        assert isinstance(asking, Canned)
        asking.go.clear()
        await here.pilot.press("b")
        await here.says("#practice-text", "…")
        await here.pilot.press("r")
        assert any("A check is running" in note.message for note in here.app._notifications)
        asking.go.set()
        await here.says("#practice-text", "It has no objection.")
        assert here.practice.checks_run == 1


async def test_the_log_is_shown_and_where_it_lies(places: Places) -> None:
    async with practising(places) as here:
        await here.pilot.press("l")
        await here.says("#practice-text", "pg_restore: creating INDEX")
        assert "restore.log" in here.words("#practice-text")


async def test_giving_up_asks_once_and_tells(places: Places) -> None:
    async with practising(places) as here:
        await here.pilot.press("g")
        await here.goes_to(YesNoDialog)
        await here.pilot.press("enter")
        await here.goes_to(PracticeScreen)
        assert not here.practice.is_over
        await here.pilot.press("g")
        await here.goes_to(YesNoDialog)
        await here.pilot.press("tab", "enter")
        await here.goes_to(RevealedScreen)
        assert here.record.ending is Ending.GIVEN_UP


@pytest.mark.parametrize("key", ["escape", "q", "ctrl+c"])
async def test_leaving_asks_and_counts_as_cut_off(places: Places, key: str) -> None:
    async with practising(places) as here:
        await here.pilot.press(key)
        await here.goes_to(YesNoDialog)
        await here.pilot.press("tab", "enter")
        await wait_for(here.pilot, lambda: here.desk.record is not None)
        assert here.record.ending is Ending.INTERRUPTED
        assert here.control.abort_request is not None
        if key == "escape":
            await here.goes_to(HomeScreen)
        else:
            assert here.app._exit


@pytest.mark.parametrize("size", SIZES)
async def test_a_game_day_tells_the_situation_and_messages_as_they_come(
    places: Places, size: tuple[int, int]
) -> None:
    async with practising(places, size) as here:
        here.practice.broken = False
        here.desk.heard("")
        await here.says("#practice-words", "Nothing is broken yet")
        title = here.practice.scenario.title
        await wait_for(here.pilot, lambda: title not in here.words("PracticeBanner"))
        here.practice.hear("The board asks [/x] how long")
        here.practice.plant()
        here.desk.heard("")
        await here.says("#practice-words", "The board asks [/x] how long")
        assert title in here.words("#practice-words")


async def test_what_broke_off_is_said_at_home(places: Places) -> None:
    async with practising(places) as here:
        here.desk.cleared_away("start_target: no room", ("process 1",))
        await here.goes_to(HomeScreen)
        await wait_for(
            here.pilot,
            lambda: any("no room; still there: process 1" in n.message for n in here.app._notifications),
        )


async def test_what_is_being_set_up_is_said_and_nothing_can_be_asked_yet(places: Places) -> None:
    desk, control = PracticeDesk(drawn()), DrillControl()
    async with on_screen(lambda: PracticeScreen(desk, control)) as (app, pilot):
        desk.prepare("Make a demo database …")
        await wait_for(pilot, lambda: "Make a demo" in str(app.screen.query_one("#practice-words").render()))
        assert desk.drawn.story.scenario.title not in str(app.screen.query_one("PracticeBanner").render())
        await pilot.press("d", "g", "t", "r", "l", "s")
        assert isinstance(app.screen, PracticeScreen)
        assert not desk.ask(CHECKS[0])


@pytest.mark.parametrize("size", SIZES)
async def test_from_home_the_next_scenario_is_one_key_away(places: Places, size: tuple[int, int]) -> None:
    orders: list[ResumeOrder | CleanOrder | PracticeOrder] = []
    leave_practice(places)
    home = HomeScreen(places, lambda order: None, orders.append, now=lambda: BEGAN_AT)
    async with on_screen(lambda: home, size=size) as (app, pilot):
        await wait_for(pilot, lambda: home.query_one("#runbooks", OptionList).highlighted is not None)
        await pilot.press("p")
        await wait_for(pilot, lambda: isinstance(app.screen, PracticesScreen) and app.focused is not None)
        await wait_for(
            pilot, lambda: "next for you" in str(app.screen.query_one("#practices-details").render())
        )
        entries = [str(o.prompt) for o in app.screen.query_one("#practices", OptionList).options]
        assert [("✓ found" in entry) for entry in entries].count(True) == 1
        await pilot.press("enter")
        await wait_for(pilot, lambda: len(orders) == 1)
        assert isinstance(orders[0], PracticeOrder)
        assert orders[0].drawn.story.scenario.difficulty == 1
        assert orders[0].person == "operator"
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is home)


async def test_a_broken_scenario_is_named_and_nothing_breaks(places: Places) -> None:
    folder = places.project_dir / "runbooks/practice"
    folder.mkdir()
    (folder / "ours.yaml").write_text("version: 1\ntitle: [/x]\n")
    home = HomeScreen(places, lambda order: None, now=lambda: BEGAN_AT)
    async with on_screen(lambda: home) as (app, pilot):
        await pilot.press("p")
        await wait_for(pilot, lambda: isinstance(app.screen, PracticesScreen))
        await wait_for(
            pilot, lambda: "ours.yaml:" in str(app.screen.query_one("#practices-details").render())
        )
        await pilot.press("enter", "down", "escape")
        await wait_for(pilot, lambda: app.screen is home)
