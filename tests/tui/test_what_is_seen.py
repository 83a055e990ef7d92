"""What a person sees, read from the terminal: every dialog, alone and on each dialog on which it can lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import pytest

from tests.tui.on_stage import Stage, on_stage
from tests.tui.openings import (
    ABORT,
    ALONE,
    DOWN,
    ESCAPE,
    F1,
    FAILURE,
    NOTE,
    PALETTE,
    REFUSE,
    SIGNOFF,
    STOP,
    Opened,
    tops_of,
)
from tests.tui.terminal import Terminal
from tests.tui.test_dialog_keys import AT_SEATS, DIALOGS

TERMINALS = (("screen", 80, 24), ("xterm-256color", 120, 36))  # 16 colours cannot dim what lies below
CTRL_O = "\x0f"
CLOCK_TIME = re.compile(r"\d\d:\d\d:\d\d")


@pytest.fixture(scope="module", params=TERMINALS, ids=lambda made: f"{made[0]}-{made[1]}x{made[2]}")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    name, columns, rows = request.param
    with on_stage(tmp_path_factory.mktemp("stage"), name, (columns, rows)) as made:
        yield made


def test_no_dialog_is_left_out() -> None:
    assert {opened.kind for opened in ALONE} == {kind.__name__ for kind in DIALOGS if kind not in AT_SEATS}


@pytest.mark.parametrize("base", ALONE, ids=lambda base: base.kind)
def test_every_dialog_lives_alone_and_on_every_other(stage: Stage, base: Opened) -> None:
    stage.pile_up(base)
    stage.sees(base.kind)
    for top in tops_of(base):
        stage.open(top)
        stage.sees(top.kind)
        stage.terminal.press(ESCAPE)
        stage.until("top", base.kind)
    stage.sees(base.kind)


def test_four_dialogs_one_on_the_other(stage: Stage) -> None:
    stage.pile_up(SIGNOFF, REFUSE, STOP, PALETTE)
    stage.sees("Palette")
    for uncovered in (STOP, REFUSE, SIGNOFF):
        stage.terminal.press(ESCAPE)
        stage.until("top", uncovered.kind)
        stage.sees(uncovered.kind)


def test_help_over_a_dialog(stage: Stage) -> None:
    stage.pile_up(SIGNOFF, STOP)
    stage.terminal.press(F1)
    stage.terminal.wait_for_text("Every key and what it does")
    stage.terminal.press(ESCAPE)
    stage.until("top", "StopDialog")
    stage.sees("StopDialog")


def test_a_notification_over_a_dialog(stage: Stage) -> None:
    stage.pile_up(FAILURE, ABORT)
    stage.tell("notify something to know")
    stage.terminal.wait_for_text("something to know")
    stage.sees("StopDialog")


def test_a_window_that_changes_under_dialogs(stage: Stage) -> None:
    stage.pile_up(FAILURE, ABORT)
    before = stage.terminal.size
    for size in ((150, 50), before):
        stage.terminal.resize(*size)
        stage.terminal.wait_for(partial(is_centred, stage.terminal), "the dialog in the middle")
        stage.sees("StopDialog")


def is_centred(terminal: Terminal) -> bool:
    columns, _ = terminal.size
    return any(abs(left + right + 1 - columns) < 3 for left, _, right, _ in terminal.boxes)


def test_a_dialog_whose_question_is_withdrawn_below_another(stage: Stage) -> None:
    stage.pile_up(SIGNOFF, STOP)
    stage.tell("withdraw")
    stage.sees("StopDialog")
    stage.terminal.press(ESCAPE)
    stage.until("top", "DrillScreen")
    stage.sees_clock_move()
    stage.terminal.wait_for(lambda: not stage.terminal.boxes, "no dialog")


def test_who_signs_sees_what_for_and_a_mark_stays(stage: Stage) -> None:
    """Target, backup, its age, the proof, the command; the arrows move, and Esc takes no mark away."""
    stage.pile_up(SIGNOFF)
    seen = stage.terminal
    seen.wait_for_text("local PostgreSQL 18.6", "zakops_20261118T140104Z, 851 MB", "what was written since")
    seen.wait_for_text("carries the nonce", "could not be reached", "$ … scripts/restore.sh")
    seen.press(CTRL_O)
    seen.wait_for_text("$ DB_NAME=zakops_restore scripts/restore.sh")
    seen.press(DOWN)
    stage.until("focus", "signer-1")
    seen.press(" ")
    seen.wait_for_text("[✓] Grace Hopper – operator", "Sign off (1 of 2)")
    mark = next(row for row in seen.rows if "[✓] Grace Hopper" in row)
    assert CLOCK_TIME.search(mark), "the moment that is recorded"
    seen.press(ESCAPE)
    stage.until("top", "DrillScreen")
    seen.press("g")
    seen.wait_for_text("Sign off (1 of 2)", mark.strip("│ "))


def test_a_debrief_takes_several_lines_and_keeps_them(stage: Stage) -> None:
    stage.pile_up(NOTE)
    seen = stage.terminal
    seen.wait_for_text("one a line: what; who; until")
    seen.press("the globals\rthe clock")
    seen.wait_for_text("the globals", "the clock")
    stage.focus("field-agreed")
    seen.press("Add the role")
    stage.focus("approve")
    seen.press("\r")
    seen.wait_for_text("line 1 needs an owner and a date")
    seen.press(ESCAPE)
    stage.until("top", "DrillScreen")
    seen.press("g")
    seen.wait_for_text("the globals", "the clock", "Add the role")


def test_what_a_retry_means_where_the_server_has_died(stage: Stage) -> None:
    stage.pile_up(Opened("FailureDialog", ("ask lost",)))
    stage.terminal.wait_for_text(
        "The server has ended: signal 9",
        "r Start a new one",
        "goes again through: Start the isolated",
        "Restore",
    )
