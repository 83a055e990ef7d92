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
from drill_tui.tui.words import fit, line, lines, muted, shown


class HelpScreen(Screen[None]):
    BINDING_GROUP_TITLE = "Help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,f1", "close", "Close", key_display="esc", id="help.close")
    ]

    def __init__(self, keys: Mapping[str, str]) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-scroll"):
            yield Static(help_words(self._keys), id="help-page", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#help-scroll").focus()

    def action_close(self) -> None:
        self.app.pop_screen()


def help_words(keys: Mapping[str, str]) -> Content:
    rows: list[Content | str] = [Content.styled("Keys", "bold $text-primary")]
    for where, title in WHERE_TITLES.items():
        rows += ["", Content.styled(title, "bold $text-secondary")]
        rows += [_row(command, keys) for command in commands(where)]
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
    rows += [
        "",
        muted("In a list or a log: arrows, PgUp, PgDn, Home, End; the mouse works too."),
        muted("Keys, theme and ASCII mode are set in config.toml; see docs/tui.md."),
    ]
    return lines(*rows)


def _row(command: Command, keys: Mapping[str, str]) -> Content:
    return line(
        "  ",
        fit(Content.styled(keys_shown(command, keys), "bold $text-accent"), 12),
        fit(command.label, 16),
        muted(command.help),
    )
