"""What a person sees, read from the terminal: every dialog, alone and on each dialog on which it can lie."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import cycle
from string import ascii_lowercase

import pytest

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
    REFUSES,
    SIGNOFF,
    STOP,
    Opened,
    tops_of,
)
from tests.tui.terminal import WAIT_S, Terminal
from tests.tui.test_dialog_keys import AT_SEATS, DIALOGS, ONE_PLACE

TERMINALS = (("screen", 80, 24), ("xterm-256color", 120, 36))  # 16 colours cannot dim what lies below
CLOCK = re.compile(r"RTO \d+:\d\d|\d+:\d\d in all")
"""The time of the whole drill, at the top of the screen, where no dialog lies."""
CLOCK_TIME = re.compile(r"\d\d:\d\d:\d\d")
TYPED_IN = {
    "TypeGate": ("typed",),
    "SignoffGate": ("other",),
    "NoteGate": ("field-what",),
    "ReasonDialog": ("reason",),
    "StopDialog": ("reason",),
    "WriteDialog": ("words",),
    "HandOverDialog": ("to",),
    "ParamsDialog": ("value-database",),
    "Palette": ("unnamed",),
}
"""The fields of the dialogs in which people write."""


class Stage:
    """The program, and what is told of its drill."""

    def __init__(self, terminal: Terminal, line: socket.socket) -> None:
        self.terminal = terminal
        self._line = line
        self._letters = cycle(ascii_lowercase)

    def tell(self, order: str) -> str:
        answer = b""
        with suppress(OSError):
            self._line.sendall(order.encode() + b"\n")
            answer = self._line.recv(100)
        assert answer, f"the program has ended, or hangs:\n{self.terminal.text}"
        return answer.decode().strip()

    def until(self, order: str, answer: str) -> None:
        """Until the program says so.  Only for steering: what it shows is read from the terminal."""
        ends = time.monotonic() + WAIT_S
        while (last := self.tell(order)) != answer:
            assert time.monotonic() < ends, f"{order}: {last}, never {answer}:\n{self.terminal.text}"
            self.terminal.wait_for_news()

    def pile_up(self, *pile: Opened) -> None:
        """Begin anew, and open these one on the other."""
        self.tell(f"drill {pile[0].mode}" if pile[0].mode else "home")
        self.until("top", "DrillScreen" if pile[0].mode else "HomeScreen")
        if pile[0].mode:
            self.until("focus", "log-view")  # the new screen hears; the one before it looked the same
            self.terminal.wait_for_text("6 of 9")
        for opened in pile:
            self.open(opened)

    def open(self, opened: Opened) -> None:
        if opened.over:
            self.open(opened.over)
        for order in opened.orders:
            self.tell(order)
        if opened.keys == REFUSES:
            self.focus("refuse")
            self.terminal.press("\r")
        elif opened.between:
            self.terminal.press(opened.keys[0])
            self.terminal.wait_for_text(opened.between)
            self.terminal.press(opened.keys[1:])
        else:
            self.terminal.press(opened.keys)
        self.until("top", opened.kind)

    def focus(self, *names: str) -> None:
        """Tab until one of these has the focus."""
        ends = time.monotonic() + WAIT_S
        while (before := self.tell("focus")) not in names:
            self.terminal.press("\t")
            while self.tell("focus") == before:
                assert time.monotonic() < ends, (
                    f"{before} keeps the focus from {names}:\n{self.terminal.text}"
                )
                self.terminal.wait_for_news()

    def sees_clock_move(self) -> None:
        self.terminal.wait_for(lambda: bool(CLOCK.search(self.terminal.text)), "the stopwatch")
        before = CLOCK.findall(self.terminal.text)
        self.terminal.wait_for(lambda: CLOCK.findall(self.terminal.text) not in (before, []), "a later time")

    def sees_focus_move(self) -> None:
        """More than the one cell of a cursor that blinks."""
        self.terminal.wait_for(lambda: len(self.terminal.boxes) == 1, "one frame of a dialog")
        before = self.terminal.looks_of_box()
        self.terminal.press("\t")
        self.terminal.wait_for(
            lambda: (
                sum(now != then for now, then in zip(self.terminal.looks_of_box(), before, strict=True)) > 2
            ),
            "the focus somewhere else",
        )

    def sees_typing(self) -> None:
        """Another word each time: one that stands there already would be seen before its keys arrive."""
        word = f"zq{next(self._letters)}"
        self.terminal.press(word)
        self.terminal.wait_for_text(word)

    def sees(self, kind: str) -> None:
        """Everything that a person has to see of the topmost dialog."""
        if self.tell("clock") == "runs":
            self.sees_clock_move()
        if kind not in ("Palette", *(dialog.__name__ for dialog in ONE_PLACE)):
            self.sees_focus_move()
        if kind in TYPED_IN:
            self.focus(*TYPED_IN[kind])
            self.sees_typing()


@pytest.fixture(scope="module", params=TERMINALS, ids=lambda made: f"{made[0]}-{made[1]}x{made[2]}")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    name, *size = request.param
    folder = tmp_path_factory.mktemp("stage")
    environment = os.environ | {
        "TERM": name,
        "LANG": "C.UTF-8",
        "TEXTUAL_ANIMATIONS": "none",
        "DRILL_TUI_CONFIG": str(folder / "config.toml"),
    }
    path = folder / "socket"
    argv = [sys.executable, "-m", "tests.tui.staged_program", str(path)]
    terminal = Terminal(argv, size=(size[0], size[1]), environment=environment)
    try:
        terminal.wait_for_text("was interrupted", "Start")
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(WAIT_S)
            line.connect(str(path))
            yield Stage(terminal, line)
    finally:
        terminal.close()


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
    seen.wait_for_text("carries the nonce", "could not be reached", "$ DB_NAME=zakops_restore")
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
