"""Who watches in a browser moves and looks: nothing else is passed on, and the app does nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.tui.commands import commands
from drill_tui.tui.dialogs.dialog import Dialog
from drill_tui.tui.looking import KEYS, LOOKS, PLACES, is_a_look, looking_commands
from drill_tui.tui.screens.result import ResultScreen
from tests.tui.joined_seat import Joining, joining
from tests.tui.test_joined_screen import CONFIRM, restoring

MOVES = ("\x1b[A", "\x1bOB", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1b[<64;10;5M", "\x1b")
SEVERAL = ("jjj", "\x1b[A\x1b[A", "\x1b[<65;1;1M" * 3)
KEYS_OF_OTHERS = ("", "q", "o", "\r", "\t", " ", "jo", "\x1bj", "\x1b[A\x1b", "\x03", "j\n")
STRANGE = ("\x1b[<0;10;5M", "\x1b[<64;1;1m", "\x1b[200~j\x1b[201~", "j" * 51, "\uff4a", "\ud800")


@pytest.mark.parametrize("typed", [*KEYS, *MOVES, *SEVERAL])
def test_a_look_is_passed_on(typed: str) -> None:
    assert is_a_look(typed)


@pytest.mark.parametrize("typed", [*KEYS_OF_OTHERS, *STRANGE])
def test_everything_else_is_not(typed: str) -> None:
    assert not is_a_look(typed)


def test_the_keys_are_those_of_the_looks() -> None:
    looking = [command for place in PLACES for command in looking_commands(place)]
    typed = {"question_mark": "?", "escape": "", "f1": ""}
    known = {typed.get(name, name) for command in looking for name in command.keys.split(",")}
    assert set(KEYS) == known - {""}
    assert {command.action.partition("(")[0] for command in looking} == LOOKS - {"close"}


EVERY_KEY = sorted(
    {name for place in (*PLACES, "home") for command in commands(place) for name in command.keys.split(",")}
    | {"tab", "shift+tab", "enter", "space", "n", "N", "ctrl+z", "ctrl+backslash"}
)


async def test_no_key_opens_a_program_or_says_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    async def note(*told: object, **_: object) -> None:
        opened.append(told)

    for module in ("drill_logs", "drill_asks", "result"):
        monkeypatch.setattr(f"drill_tui.tui.screens.{module}.run_outside", note)
    async with joining(restoring(), tmp_path, observe=True, only_looks=True) as here:
        asking = asyncio.ensure_future(here.driver.desk.ask_gate(CONFIRM))
        await here.until(lambda: "not from this seat" in here.bar)
        told, clipboard = len(here.story.records), here.app.clipboard
        await _press_all(here)
        assert len(here.story.records) == told
        assert not asking.done()
        asking.cancel()
        here.story.clean_up(ev.EndReason.ABORTED)
        assert here.driver.control is not None
        here.driver.control.note("Ada Lovelace", "the last word")
        await here.guests.server.close()
        await here.until(lambda: isinstance(here.app.screen, ResultScreen))
        await _press_all(here)
        assert here.app.clipboard == clipboard
        assert here.app.is_running
        assert here.app._exit is False
    assert opened == []


async def _press_all(here: Joining) -> None:
    for key in EVERY_KEY:
        await here.pilot.press(key)
        assert not isinstance(here.app.screen, Dialog), key
        assert not here.footer() - {"Help", "Result", "Drill", "Close"}, key
