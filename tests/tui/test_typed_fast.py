"""Keys that arrive together, as over a slow connection: what stands there is what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.tui.on_stage import TYPED_IN, Stage, on_stage
from tests.tui.openings import ALONE, DOWN

BACK, HOME, LEFT = "\x7f", "\x1b[H", "\x1b[D"
BY_KIND = {opened.kind: opened for opened in ALONE}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_stage(tmp_path_factory.mktemp("stage"), "xterm-256color", (80, 24)) as made:
        yield made


def begin(stage: Stage, kind: str) -> None:
    """In the field of this dialog."""
    stage.pile_up(BY_KIND[kind])
    stage.focus(*TYPED_IN[kind])


@pytest.mark.parametrize("kind", [kind for kind in TYPED_IN if kind != "Palette"])
def test_what_is_taken_back_is_what_stood_there_then(stage: Stage, kind: str) -> None:
    begin(stage, kind)
    stage.terminal.press(f"abc{BACK}{BACK}d{LEFT}e{HOME}f")
    stage.until("value", "|faed|")


@pytest.mark.parametrize("kind", ["ReasonDialog", "WriteDialog", "HandOverDialog"])
def test_enter_takes_what_was_typed_until_then(stage: Stage, kind: str) -> None:
    begin(stage, kind)
    stage.terminal.press(f"abc{BACK}{BACK}d\rxyz")
    stage.until("top", "DrillScreen")
    assert "'ad'" in stage.tell("told")


def test_a_gate_is_answered_by_what_was_corrected(stage: Stage) -> None:
    begin(stage, "TypeGate")
    stage.terminal.press(f"zakops_restoree{BACK}\r")
    stage.until("top", "DrillScreen")


def test_people_are_added_one_behind_the_other(stage: Stage) -> None:
    begin(stage, "SignoffGate")
    stage.terminal.press(f"Ann, leader{BACK}{BACK}\rBob, lead\r")
    stage.terminal.wait_for_text("[✓] Ann – lead", "[✓] Bob – lead")


def test_arrows_move_before_the_blank_behind_them_marks(stage: Stage) -> None:
    stage.pile_up(BY_KIND["SignoffGate"])
    stage.terminal.press(f" {DOWN} ")
    stage.terminal.wait_for(lambda: stage.terminal.text.count("[✓]") == 2, "two marks")


def test_in_a_note_enter_goes_on_to_the_next_field(stage: Stage) -> None:
    stage.pile_up(replace(BY_KIND["NoteGate"], orders=("ask facts",)))
    stage.focus("field-first")
    stage.terminal.press(f"onf{BACK}e\rtwo")
    stage.until("focus", "field-second")
    stage.until("value", "|two|")
    stage.terminal.press("\x1b[Z")
    stage.until("value", "|one|")
