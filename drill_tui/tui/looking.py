"""What whoever watches in a browser may do: move and look, and nothing else.

It is held twice: a browser's keys are passed on only where they are of these, and an app that only looks
does no other action, whatever reached it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from textual.app import App

from drill_tui.tui.command import Command
from drill_tui.tui.commands import EVERYWHERE, commands

LOOKS: Final = frozenset(
    {"help", "close", "live", "result", "drill", "command_details", "previous_step", "next_step"}
    | {"back", "show_log", "level", "follow", "wrap", "zoom"}
)
"""The actions.  None of them writes a file, starts a program, or says anything to the drill."""
PLACES: Final = (EVERYWHERE, "drill", "log", "result")
KEYS: Final = "?frdkj123lewz"
_MOVES: Final = r"\x1b(?:[\[O][ABCDHF]|\[[1456]~|\[[78]~)"
"""Arrows, Home, End, PgUp and PgDn as xterm sends them."""
_WHEEL: Final = r"\x1b\[<6[45];\d{1,4};\d{1,4}M"
_TYPED: Final = re.compile(rf"(?:[{re.escape(KEYS)}]|{_MOVES}|{_WHEEL}){{1,50}}|\x1b")


def is_a_look(typed: str) -> bool:
    """Whether all of what a terminal sends are keys to move and to look, or its wheel."""
    return _TYPED.fullmatch(typed) is not None


def may(app: App[None], action: str) -> bool:
    """Whether this app does it at all."""
    return action in LOOKS or not getattr(app, "only_looks", False)


def looking_commands(where: str) -> Iterator[Command]:
    """Those that are left to whoever only looks."""
    found = commands(where) if where in PLACES else ()
    return (command for command in found if command.action.partition("(")[0] in LOOKS)
