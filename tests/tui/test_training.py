"""A training on the screen: it stands still before each step, to compare, to read and to guess."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode
from drill_tui.tui.dialogs.hint import HintDialog, NothingDialog
from drill_tui.tui.dialogs.reason import WriteDialog
from drill_tui.tui.screens.drill import DrillScreen
from tests.tui.conftest import catch_up, drilling, events_of, wait_for
from tests.tui.storyteller import BACKUP, Storyteller

TRAINING = Mode.TRAINING.value


def after_backup() -> Storyteller:
    """A training that stands still after its second step."""
    story = Storyteller(Mode.TRAINING).start().whole_step("open_source", "source.open", 2)
    story.begin("backup").tell(ev.GuessMade(step="backup", by="Grace Hopper", text="a folder"))
    story.attempt("backup", "scripts/backup.sh")
    story.met("backup", "backup_completes", "26 tables", "every row")
    story.tell(ev.OutputsRecorded(step="backup", attempt=1, outputs={"backup": BACKUP}))
    story.attempt_over("backup", 41).end("backup")
    return story.tell(ev.PauseStarted(by=TRAINING, reason="read"))


def shown(screen: DrillScreen, widget: str) -> str:
    return str(screen.query_one(widget).render())


async def test_people_compare_then_read_and_guess_then_start_the_step() -> None:
    async with drilling(after_backup(), size=(120, 36)) as (seat, screen, pilot):
        assert seat.control is not None
        seat.control.pause(TRAINING, "read")
        assert "Compare: was it as you expected?" in shown(screen, "#question")
        card = shown(screen, "#card")
        assert "Create a backup" in card
        assert "Guess  a folder" in card
        assert "Good   backup_completes is met" in card
        assert "✓ met  The backup completes  26 tables" in card
        await pilot.press("enter")
        assert "Read this step" in shown(screen, "#question")
        card = shown(screen, "#card")
        assert "Check the backup" in card
        assert f"scripts/restore.sh --input {BACKUP} --check-only" in card, (
            "the exact command, before it runs"
        )
        await pilot.press("u")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, WriteDialog))
        await pilot.press(*"whole", "enter")
        await wait_for(pilot, lambda: screen.is_active)
        screen.show_news()
        assert "Guess  whole" in shown(screen, "#card")
        assert "Good   checksums_verify" not in shown(screen, "#card"), "only once the step has begun"

        assert seat.control.pausing
        await pilot.press("enter")
        assert not seat.control.pausing


async def test_a_guess_while_people_compare_is_one_at_the_step_to_come() -> None:
    async with drilling(after_backup(), size=(120, 36)) as (seat, screen, pilot):
        assert seat.control is not None
        seat.control.pause(TRAINING, "read")
        await pilot.press("u")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, WriteDialog))
        assert "Check the backup" in str(pilot.app.screen.query_one("#dialog-title").render())
        await pilot.press(*"all is well", "enter")
        await wait_for(pilot, lambda: screen.is_active)
        assert events_of(seat, ev.GuessMade)[-1:] == [
            ev.GuessMade(step="check_backup", by="Linus Pauling", text="all is well")
        ]


@pytest.mark.parametrize("key", ["u", "t"])
async def test_where_nothing_can_be_asked_for_what_is_typed_on_is_no_command(key: str) -> None:
    story = Storyteller(Mode.TRAINING).start().whole_step("open_source", "source.open", 2)
    async with drilling(story, size=(120, 36)) as (_, screen, pilot):
        await pilot.press(key, *"all of it")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, NothingDialog))
        assert "This step is over." in str(pilot.app.screen.query_one("#dialog-body Static").render())
        await pilot.press("enter")
        await wait_for(pilot, lambda: screen.is_active)


async def test_looking_at_another_step_is_not_going_on() -> None:
    async with drilling(after_backup()) as (seat, screen, pilot):
        assert seat.control is not None
        seat.control.pause(TRAINING, "read")
        await pilot.press("k")
        assert "Find the source" in shown(screen, "#card")
        await pilot.press("enter")
        assert "Create a backup" in shown(screen, "#card")
        assert seat.control.pausing


async def test_training_counts_hints_for_whoever_asks_and_wants_a_guess_first() -> None:
    async with drilling(Storyteller(Mode.TRAINING).until_restoring()) as (seat, screen, pilot):
        assert "no unexplained line" not in str(screen.query_one("#card").render())
        for by in ("Grace Hopper", "Linus Pauling"):
            await pilot.press("t")
            await wait_for(pilot, lambda: isinstance(pilot.app.screen, HintDialog))
            if by == "Linus Pauling":
                await pilot.press("shift+tab", "shift+tab", "right")
            pilot.app.screen.query_one("#go", Button).press()
            await wait_for(pilot, lambda: pilot.app.screen is screen)
        assert events_of(seat, ev.HintShown) == [
            ev.HintShown(step="restore", index=0, by="Grace Hopper"),
            ev.HintShown(step="restore", index=1, by="Linus Pauling"),
        ]
        await pilot.press("u")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, WriteDialog))
        await pilot.press(*"exit 0", "enter")
        await wait_for(pilot, lambda: bool(events_of(seat, ev.GuessMade)))
        assert events_of(seat, ev.GuessMade) == [
            ev.GuessMade(step="restore", by="Linus Pauling", text="exit 0")
        ]
        screen.show_news()
        assert "no unexplained line" in str(screen.query_one("#card").render())


async def test_who_trains_alone_is_not_asked_for_a_name() -> None:
    story = Storyteller(Mode.TRAINING).start({"Ada Lovelace": ("lead", "operator")}).begin("backup")
    async with drilling(story) as (seat, screen, pilot):
        await pilot.press("t", "t")
        assert screen.is_active
        assert [(e.index, e.by) for e in events_of(seat, ev.HintShown) if isinstance(e, ev.HintShown)] == [
            (0, "Ada Lovelace"),
            (1, "Ada Lovelace"),
        ]


async def test_a_gate_comes_before_the_pace() -> None:
    story = Storyteller(Mode.TRAINING).until_gate()
    async with drilling(story) as (seat, screen, pilot):
        await pilot.press("t")
        await wait_for(pilot, lambda: isinstance(pilot.app.screen, HintDialog))
        pilot.app.screen.query_one("#go", Button).press()
        await wait_for(pilot, lambda: bool(events_of(seat, ev.HintShown)))
        catch_up(seat, story)
        screen.show_news()
        await pilot.pause()
        assert "Hint 1" in shown(screen, "#card")
