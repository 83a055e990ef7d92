"""What people can do at the board of a fleet; a part of the registry."""

from __future__ import annotations

from typing import Final

from drill_tui.tui.command import Command

BOARD: Final = (
    Command(
        "board.open",
        "board",
        "enter,space",
        "Open",
        "Watch the drill that runs of this database; else its past drills",
        "open",
        key_shown="⏎",
    ),
    Command("board.history", "board", "h", "History", "Past drills of this database", "history"),
    Command(
        "board.filter",
        "board",
        "slash",
        "Filter",
        "Show only what has these words: a name, an owner, a state, a host",
        "filter",
        key_shown="/",
    ),
    Command("board.all", "board", "escape", "All", "Show every database again", "all", key_shown="esc"),
)
