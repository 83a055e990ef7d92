"""Help: every key and what it does, from the registry of commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from drill_tui.tui import looks
from drill_tui.tui.commands import WHERE_TITLES, Command, commands, keys_shown
from drill_tui.tui.looking import looking_commands
from drill_tui.tui.words import fit, line, lines, muted, shown


class HelpScreen(Screen[None]):
    BINDING_GROUP_TITLE = "Help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1", "close", "Close", key_display="esc", id="help.close")
    ]

    def __init__(self, keys: Mapping[str, str], *, only_looks: bool = False) -> None:
        super().__init__()
        self._keys = keys
        self._only_looks = only_looks

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-scroll"):
            yield Static(help_words(self._keys, only_looks=self._only_looks), id="help-page", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#help-scroll").focus()

    def action_close(self) -> None:
        self.app.pop_screen()


def help_words(keys: Mapping[str, str], *, only_looks: bool = False) -> Content:
    rows: list[Content | str] = [Content.styled("Keys", "bold $text-primary")]
    listed = looking_commands if only_looks else commands
    for where, title in WHERE_TITLES.items():
        if known := [_row(command, keys) for command in listed(where)]:
            rows += ["", Content.styled(title, "bold $text-secondary"), *known]
    rows += ["", Content.styled("Signs", "bold $text-secondary")]
    signs = (
        looks.PENDING,
        looks.RUNNING,
        looks.WAITING,
        looks.PASSED,
        looks.FAILED,
        looks.SKIPPED,
        looks.PAUSED,
    )
    rows.append(line("  ", Content("   ").join([shown(look) for look in signs])))
    moves = "In a list or a log: arrows, PgUp, PgDn, Home, End; the mouse works too."
    settings = "Keys, theme and ASCII mode are set in config.toml; see docs/tui.md."
    watching = "In a log: arrows, PgUp, PgDn, Home, End, and the wheel. Nothing else is passed on."
    return lines(*rows, "", *map(muted, (watching,) if only_looks else (moves, settings)))


def _row(command: Command, keys: Mapping[str, str]) -> Content:
    return line(
        "  ",
        fit(Content.styled(keys_shown(command, keys), "bold $text-accent"), 12),
        fit(command.label, 16),
        muted(command.help),
    )
