"""The drill screen: every key, every choice after a failure, training, stopping, logs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from drill_tui.engine.ports import Failure, FailureAnswer
from drill_tui.engine.record import events as ev
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.reason import ReasonDialog, WriteDialog
from drill_tui.tui.dialogs.stop import StopDialog, YesNoDialog
from drill_tui.tui.screens import drill_asks, drill_logs
from drill_tui.tui.screens.help import HelpScreen
from drill_tui.tui.seat import Seat
from drill_tui.tui.settings import Settings
from drill_tui.tui.widgets.log_pane import LogPane
from drill_tui.tui.widgets.question_bar import QuestionBar
from tests.tui.conftest import drilling, events_of, wait_for
from tests.tui.storyteller import Storyteller

FAILURE = Failure(
    step="restore", attempt=1, reason="exit 1", exit_code=1, environment={"A": "1"}, working_dir=Path("/tmp")
)


async def fail(seat: Seat, pilot: Pilot[None]) -> asyncio.Task[FailureAnswer]:
    asking = asyncio.create_task(seat.desk.ask_failure(FAILURE))
    await wait_for(
        pilot, lambda: isinstance(pilot.app.screen, FailureDialog) and pilot.app.focused is not None
    )
    return asking


@pytest.mark.parametrize("key", ["r", "enter"])
async def test_a_failed_step_is_retried_by_key(key: str) -> None:
    async with drilling(Storyteller().until_failure()) as (seat, _, pilot):
        asking = await fail(seat, pilot)
        await pilot.press(key)
        assert await asking == FailureAnswer(choice="retry", by="Ada Lovelace")


async def test_aborting_after_a_failure_asks_once_and_goes_on_by_default() -> None:
    async with drilling(Storyteller().until_failure()) as (seat, _, pilot):
        asking = await fail(seat, pilot)
        await pilot.press("b")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, StopDialog))
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, FailureDialog))
        assert not asking.done()
        await pilot.press("b")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, StopDialog))
        pilot.app.screen.query_one("#reason", Input).value = "enough"
        pilot.app.screen.query_one("#stop", Button).press()
        assert await asking == FailureAnswer(choice="abort", by="Ada Lovelace", reason="enough")


async def test_continuing_after_a_failure_takes_a_reason() -> None:
    async with drilling(Storyteller().until_failure()) as (seat, _, pilot):
        asking = await fail(seat, pilot)
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ReasonDialog))
        await pilot.press("enter")
        assert not asking.done()
        await pilot.press(*"known", "enter")
        assert (await asking) == FailureAnswer(choice="continue", by="Ada Lovelace", reason="known")


async def test_a_shell_opens_with_the_failed_steps_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[dict[str, object]] = []

    async def outside(app: object, command: list[str], **given: object) -> int:
        opened.append(given)
        return 7

    monkeypatch.setattr(drill_asks, "run_outside", outside)
    async with drilling(Storyteller().until_failure()) as (seat, _, pilot):
        asking = await fail(seat, pilot)
        await pilot.press("s")
        await wait_for(pilot, lambda: bool(events_of(seat, ev.ShellClosed)))
        assert opened[0]["environment"] == {"A": "1"}
        assert events_of(seat, ev.ShellClosed) == [ev.ShellClosed(step="restore", exit_code=7)]
        assert not asking.done()
        asking.cancel()


async def test_a_step_cut_off_half_way_is_not_run_again_by_default() -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, _, pilot):
        asking = asyncio.create_task(seat.desk.ask_rerun("restore"))
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, YesNoDialog))
        await pilot.press("enter")
        assert (await asking) is False


@pytest.mark.parametrize("key", ["n", "ctrl+n"])
async def test_a_note_is_stamped_with_its_author(key: str) -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, _, pilot):
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, WriteDialog))
        await pilot.press(*"[/x] slow", "tab", "right", "shift+tab", "enter")
        await wait_for(pilot, lambda: bool(events_of(seat, ev.NoteAdded)))
        assert events_of(seat, ev.NoteAdded) == [
            ev.NoteAdded(by="Grace Hopper", text="[/x] slow", step="restore")
        ]


async def test_pause_takes_a_reason_and_the_same_key_goes_on() -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, _, pilot):
        assert seat.control is not None
        await pilot.press("p")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ReasonDialog))
        await pilot.press("enter")
        assert not seat.control.pausing
        await pilot.press(*"lunch", "enter")
        assert seat.control.pausing
        bar = pilot.app.screen.query_one(QuestionBar)
        await wait_for(pilot, lambda: bar.display and "Pauses before the next step" in str(bar.render()))
        await pilot.press("p")
        assert not seat.control.pausing


async def test_steps_are_chosen_by_key_and_by_mouse() -> None:
    async with drilling(Storyteller().until_restoring()) as (_, screen, pilot):
        assert screen.looked_at == "restore"
        await pilot.press("k", "k")
        assert screen.looked_at == "start_target"
        await pilot.press("j")
        assert screen.looked_at == "prove_isolation"
        await pilot.press("f")
        assert screen.looked_at == "restore"
        await pilot.click("#step-list", offset=(3, 2))
        assert screen.looked_at == "backup"
        await pilot.press("escape")
        assert screen.looked_at == "restore"


async def test_logs_are_chosen_filtered_and_zoomed_by_key() -> None:
    async with drilling(Storyteller().until_restoring()) as (_, screen, pilot):
        pane = screen.query_one(LogPane)
        await pilot.press("3")
        assert pane.tab == "notes"
        assert any("approved: restore" in line for line in pane.view.buffer.tail(100))
        await pilot.press("2", "1", "l")
        assert pane.view.row_count == 2
        await pilot.press("l")
        assert pane.view.row_count == 1
        await pilot.press("l", "z")
        assert screen.has_class("-zoomed")
        await pilot.press("escape")
        assert not screen.has_class("-zoomed")


async def test_search_steps_through_the_hits_and_gives_n_back() -> None:
    async with drilling(Storyteller().until_restoring()) as (_, screen, pilot):
        view = screen.query_one(LogPane).view
        await pilot.press("slash", *"invoices", "enter")
        assert len(view.hits) > 3
        assert view.hit is not None
        before = view.hit
        await pilot.press("N")
        assert view.hit < before
        await pilot.press("n")
        assert view.hit == before
        await pilot.press("escape")
        assert not view.needle
        await pilot.press("n")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, WriteDialog))


async def test_a_long_line_can_be_seen_whole() -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, screen, pilot):
        view = screen.query_one(LogPane).view
        long = "pg_restore: error: " + "x" * 300 + " the end of it"
        seat.drill.take_log(ev.LogChunk(step="restore", lines=(long,)))
        screen.show_news()
        await pilot.pause()
        assert "the end of it" not in str(view.render_line(view.size.height - 1).text)
        await pilot.press("w")
        await pilot.pause()
        rows = [view.render_line(y).text.rstrip() for y in range(view.size.height)]
        assert rows[-1].endswith("the end of it")
        await pilot.press("l", "l")
        await pilot.pause()
        assert view.buffer[view.buffer.end - 1] in [
            view.render_line(y).text.rstrip() for y in range(view.size.height)
        ]
        await pilot.press("w")
        assert view.buffer[view.buffer.end - 1] == long


async def test_search_begins_at_the_hit_nearest_to_what_is_seen() -> None:
    async with drilling(Storyteller().until_restoring()) as (_, screen, pilot):
        view = screen.query_one(LogPane).view
        await pilot.press("home")
        await wait_for(pilot, lambda: view.scroll_offset.y == 0)
        await pilot.press("slash", *"invoices")
        assert view.hit is not None
        assert view.hit < view.size.height, "in sight"
        await pilot.press("escape", "e", "slash", *"invoices")
        assert view.hit == view.hits[-1]


async def test_following_stops_when_the_reader_scrolls_up() -> None:
    async with drilling(Storyteller().until_restoring()) as (seat, screen, pilot):
        view = screen.query_one(LogPane).view
        assert view.following
        await pilot.press("pageup")
        await wait_for(pilot, lambda: not view.following)
        place = view.scroll_offset.y
        seat.drill.take_log(ev.LogChunk(step="restore", lines=("new",) * 50))
        screen.show_news()
        await pilot.pause()
        assert view.scroll_offset.y == place
        await pilot.press("e")
        await pilot.pause()
        assert view.is_vertical_scroll_end


async def test_another_steps_long_log_is_shown_at_its_end() -> None:
    """Also after one that is so short that no scrollbar was there."""
    async with drilling(Storyteller().until_restoring()) as (seat, screen, pilot):
        view = screen.query_one(LogPane).view
        seat.drill.log_of("restore").skip(1)
        seat.drill.take_log(ev.LogChunk(step="backup", lines=tuple(f"line {n}" for n in range(200))))
        screen.show_news()
        await wait_for(pilot, lambda: not view.show_vertical_scrollbar)
        screen._look_at("backup")
        await wait_for(pilot, lambda: "line 199" in view.text_in_sight())
        assert view.following


async def test_copy_takes_what_is_in_sight() -> None:
    async with drilling(Storyteller().until_restoring()) as (_, _, pilot):
        await pilot.press("y")
        assert "pg_restore: processing data" in pilot.app.clipboard


async def test_the_pager_gets_the_whole_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shown: list[list[str]] = []

    async def outside(app: object, command: list[str], **_: object) -> int:
        shown.append(command)
        return 0

    monkeypatch.setattr(drill_logs, "run_outside", outside)
    monkeypatch.setenv("PAGER", "less -R")
    async with drilling(Storyteller().until_restoring()) as (seat, screen, pilot):
        await pilot.press("o")
        assert shown == []
        seat.drill.run_dir = tmp_path
        path = seat.drill.log_path("restore")
        assert path is not None
        path.parent.mkdir()
        path.write_text("all of it\n")
        await pilot.press("o")
        await wait_for(pilot, lambda: bool(shown))
        assert shown == [["less", "-R", str(path)]]
        assert screen.is_active


async def test_a_past_drill_is_read_only() -> None:
    async with drilling(Storyteller().failed(), live=False) as (seat, screen, pilot):
        await pilot.press("n", "p", "a", "s")
        assert pilot.app.screen is screen
        assert "read-only" in str(screen.query_one("#masthead-words").render())
        assert not screen.query_one(QuestionBar).display
        assert seat.control is None


async def test_help_and_palette_show_the_same_commands() -> None:
    async with drilling(Storyteller().until_restoring()) as (_, screen, pilot):
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        words = str(pilot.app.screen.query_one("#help-page").render())
        assert "Write a note into the report" in words
        await pilot.press("escape")
        assert pilot.app.screen is screen
        await pilot.press("ctrl+p")
        await wait_for(pilot, lambda: pilot.app.screen is not screen)
        await pilot.press(*"pause")
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, ReasonDialog))


async def test_keys_can_be_remapped() -> None:
    settings = Settings(keys={"drill.note": "m"})
    async with drilling(Storyteller().until_restoring(), settings=settings) as (_, screen, pilot):
        await pilot.press("n")
        assert pilot.app.screen is screen
        await pilot.press("m")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, WriteDialog))
