"""The staged program on a terminal, and somebody in front of it, who presses keys and reads what is there."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from string import ascii_lowercase

from tests.tui.openings import REFUSES, Opened
from tests.tui.terminal import WAIT_S, Terminal
from tests.tui.test_dialog_keys import ONE_PLACE

CLOCK = re.compile(r"RTO \d+:\d\d|\d+:\d\d in all")
"""The time of the whole drill, at the top of the screen, where no dialog lies."""
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


@contextmanager
def on_stage(folder: Path, terminal: str, size: tuple[int, int]) -> Iterator[Stage]:
    """`terminal` is what TERM says; `size` in columns and rows."""
    environment = os.environ | {
        "TERM": terminal,
        "LANG": "C.UTF-8",
        "TEXTUAL_ANIMATIONS": "none",
        "DRILL_TUI_CONFIG": str(folder / "config.toml"),
    }
    path = folder / "socket"
    argv = [sys.executable, "-m", "tests.tui.staged_program", str(path)]
    shown = Terminal(argv, size=size, environment=environment)
    try:
        shown.wait_for_text("was interrupted", "Start")
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(WAIT_S)
            line.connect(str(path))
            yield Stage(shown, line)
    finally:
        shown.close()
