"""The command of a step: short as it is read, whole with a key."""

from __future__ import annotations

import shlex

import pytest

from drill_tui.tui.dialogs.gates import ConfirmGate
from drill_tui.tui.dialogs.seat_gates import SeatSignoff
from drill_tui.tui.dialogs.signoff import SignoffGate
from drill_tui.tui.dialogs.type_gate import TypeGate
from drill_tui.tui.places import Places
from drill_tui.tui.planned import without_variables
from tests.tui import situations as at
from tests.tui.conftest import wait_for
from tests.tui.situations import Here
from tests.tui.test_dialog_keys import DIALOGS


@pytest.mark.parametrize(
    "value", ["plain", "/tmp/a b", "it's", 'say "so"', "a=b", "$HOME", "back\\slash", "", "two\nlines"]
)
@pytest.mark.parametrize("command", ["scripts/restore.sh --input x", "echo A=1", "sql: select 1"])
def test_the_variables_in_front_are_left_out_however_they_are_quoted(value: str, command: str) -> None:
    whole = f"DB_HOST={shlex.quote(value)} PGPASSFILE={shlex.quote(value)} {command}"
    assert without_variables(whole) == command
    assert without_variables(command) == command


@pytest.mark.parametrize("command", ["A=1", "", "A='open scripts/x", "=b c"])
def test_what_is_no_command_behind_variables_is_left_as_it_is(command: str) -> None:
    assert without_variables(command) == command


async def test_the_card_shows_the_verb_and_a_key_shows_the_rest(places: Places) -> None:
    async with at.drilling(then=at.pressing("k", "k", "k", "k"))(places) as here:
        await wait_for(here.pilot, lambda: "$ … scripts/backup.sh --output" in shown(here))
        await here.pilot.press("d")
        await wait_for(here.pilot, lambda: "$ DB_HOST=db1 scripts/backup.sh --output" in shown(here))
        await here.pilot.press("d")
        await wait_for(here.pilot, lambda: "$ … scripts/backup.sh" in shown(here))


@pytest.mark.parametrize("kind", [SignoffGate, SeatSignoff, TypeGate, ConfirmGate])
async def test_a_gate_shows_it_as_the_card_does(places: Places, kind: type) -> None:
    async with DIALOGS[kind](places) as here:
        await wait_for(here.pilot, lambda: "$ … scripts/restore.sh --input" in shown(here, "#gate-command"))
        assert shown(here, "#gate-command").endswith("^o whole")
        await here.pilot.press("ctrl+o")
        await wait_for(
            here.pilot, lambda: "$ DB_NAME=zakops_restore scripts/restore.sh" in shown(here, "#gate-command")
        )
        assert shown(here, "#gate-command").endswith("^o short")
        await here.pilot.press("ctrl+o")
        await wait_for(here.pilot, lambda: "$ … scripts/restore.sh" in shown(here, "#gate-command"))
        await here.pilot.press("escape")


def shown(here: Here, widget: str = "#card") -> str:
    return " ".join(at.words_of(here, widget).split())
