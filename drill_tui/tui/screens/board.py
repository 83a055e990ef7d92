"""The board of a fleet: each database with its state and what is done for it now, the most urgent first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Input, Static

from drill_tui.engine.text.os_words import os_words
from drill_tui.fleet.board import BoardRow
from drill_tui.seats.client import NoSeatError
from drill_tui.sinks.words import flat
from drill_tui.tui.board_words import TITLES, QueueNews, cells, foot_words, head_words, matches, widths_for
from drill_tui.tui.commands import bindings
from drill_tui.tui.screens.history import HistoryScreen
from drill_tui.tui.sizes import HEIGHTS, WIDTHS

Leave = Callable[[], Coroutine[None, None, None]]
LookIn = Callable[[Any, Path, Callable[[], None]], Coroutine[None, None, Leave]]
"""Shows a folder's drill from a seat, in this app, until what it returns is called; Escape does the last."""
EVERY_S = 1.0
_BESIDE = 2
"""Cells at the edges."""
_SCROLL_BAR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the board has what it shows from."""

    fleet: str
    """Whose board it is, as people know it."""
    read: Callable[[float], Sequence[BoardRow]]
    """Every database at a time of day; it blocks, and is called in a thread."""
    news: Callable[[], QueueNews]
    """What the queue said last."""
    command_for: Callable[[str, str], str]
    """What one types on a host to watch the drill of a database."""


class BoardScreen(Screen[None]):
    """Reads once a second."""

    BINDING_GROUP_TITLE = "Board"
    BINDINGS = bindings("board")
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, sources: Sources, look_in: LookIn, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._sources, self._look_in, self._now = sources, look_in, now
        self._every: tuple[BoardRow, ...] = ()
        self._shown: list[BoardRow] = []
        self._drawn: dict[str, list[Content]] = {}
        self._widths: tuple[int, ...] = ()
        self._left = Event()
        self._get_up: Leave | None = None

    def compose(self) -> ComposeResult:
        yield Static("Reading the evidence …", id="board-head", markup=False)
        yield Input(placeholder="a name, an owner, a state, a host", id="board-filter")
        yield DataTable(id="board-table", cursor_type="row", zebra_stripes=False, cell_padding=0)
        yield Static("", id="board-foot", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#board-filter").display = False
        self.query_one(DataTable).focus()
        Thread(target=self._keep_reading, args=[asyncio.get_running_loop()], daemon=True).start()

    def on_unmount(self) -> None:
        self._left.set()

    def _keep_reading(self, loop: asyncio.AbstractEventLoop) -> None:
        """In a thread that nobody waits for: the evidence may lie on a disk that does not answer."""
        while not self._left.is_set():
            try:
                found, problem = tuple(self._sources.read(self._now())), ""
            except Exception as error:  # a thread would end without a word
                found, problem = (), f"The evidence cannot be read: {os_words(error)}"
            with suppress(RuntimeError):  # the screen was left, and its loop is closed
                loop.call_soon_threadsafe(self.call_later, self._heard, found, problem)
            self._left.wait(EVERY_S)

    def _heard(self, found: tuple[BoardRow, ...], problem: str) -> None:
        if problem:
            self.query_one("#board-foot", Static).update(problem)
            return
        self._every = found
        if self.is_current:
            self._draw()

    def _draw(self) -> None:
        table, news, now = self.query_one(DataTable), self._sources.news(), self._now()
        wanted = self.query_one(Input).value
        self._shown = [row for row in self._every if matches(row, news, wanted)]
        widths = widths_for(self.size.width - _BESIDE - _SCROLL_BAR, self._every)
        plain = self.app.has_class("-ascii")
        drawn = {row.name: cells(row, news, now, widths, plain=plain) for row in self._shown}
        if widths != self._widths or list(drawn) != list(self._drawn):
            self._lay_out(table, widths, drawn)
        else:
            self._change(table, drawn)
        self._drawn, self._widths = drawn, widths
        width = self.size.width - _BESIDE
        head = head_words(self._sources.fleet, self._every, len(self._shown), wanted, news, width)
        self.query_one("#board-head", Static).update(head)
        self._say()

    def _lay_out(
        self, table: DataTable[Content], widths: Sequence[int], drawn: dict[str, list[Content]]
    ) -> None:
        """Draw all anew; whoever is chosen stays so."""
        kept, at = self._chosen_name(table), table.cursor_row
        table.clear(columns=True)
        for title, width in zip(TITLES, widths, strict=True):
            if width:
                table.add_column(title, width=width + 1, key=title)
        for name, row in drawn.items():
            table.add_row(*row, key=name)
        names = list(drawn)
        if names:
            table.move_cursor(row=names.index(kept) if kept in drawn else min(at, len(names) - 1))

    def _change(self, table: DataTable[Content], drawn: dict[str, list[Content]]) -> None:
        titles = [title for title, width in zip(TITLES, self._widths, strict=True) if width]
        for name, row in drawn.items():
            for title, new, old in zip(titles, row, self._drawn[name], strict=True):
                if not new.is_same(old):
                    table.update_cell(name, title, new)

    def _chosen_name(self, table: DataTable[Content]) -> str | None:
        names = list(self._drawn)
        return names[table.cursor_row] if 0 <= table.cursor_row < len(names) else None

    @property
    def _chosen(self) -> BoardRow | None:
        row = self.query_one(DataTable).cursor_row
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def _say(self) -> None:
        words = foot_words(self._chosen, self._sources.news(), self.size.width - _BESIDE)
        self.query_one("#board-foot", Static).update(words)

    @on(DataTable.RowHighlighted)
    def _highlighted(self) -> None:
        self._say()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw_if_read)

    def on_screen_resume(self) -> None:
        self._end_visit()
        self._draw_if_read()

    def _draw_if_read(self) -> None:
        if self._every:
            self._draw()

    def action_filter(self) -> None:
        box = self.query_one(Input)
        box.display = True
        box.focus()
        self.refresh_bindings()

    @on(Input.Changed)
    def _filtered(self) -> None:
        self._draw_if_read()

    @on(Input.Submitted)
    def _filter_done(self) -> None:
        self.query_one(Input).display = False
        self.query_one(DataTable).focus()
        self.refresh_bindings()

    def action_all(self) -> None:
        box = self.query_one(Input)
        box.value = ""
        box.display = False
        self.query_one(DataTable).focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "all" or not self.is_mounted:
            return True
        box = self.query_one(Input)
        return box.display or bool(box.value)

    @on(DataTable.RowSelected)
    async def action_open(self) -> None:
        row = self._chosen
        if row is None:
            return
        if row.doing is None:
            self.action_history()
        elif row.doing.run_dir is not None:
            await self._sit_down(row.name, row.doing.run_dir)
        elif row.doing.is_here:
            self.notify(
                "It begins, or its worker is gone: try again in a moment.", title=row.name, markup=False
            )
        else:
            host = flat(row.doing.host)
            typed = self._sources.command_for(host, row.name)
            self.notify(
                f"It runs on {host}. Type there:\n{typed}",
                title=row.name,
                timeout=15,
                markup=False,
            )

    async def _sit_down(self, name: str, run_dir: Path) -> None:
        """In the audience of that drill, until it is left; the drill does not know."""
        try:
            self._get_up = await self._look_in(self.app, run_dir, self._come_back)
        except NoSeatError as error:
            typed = f"drill-tui watch {run_dir.name} --artifacts {run_dir.parent}"
            self.notify(
                f"It cannot be watched from here: {error}.\n{typed}\nfollows its journal.",
                title=name,
                severity="warning",
                timeout=15,
                markup=False,
            )

    def _come_back(self) -> None:
        self.app.go_home()  # type: ignore[attr-defined]

    def _end_visit(self) -> None:
        get_up, self._get_up = self._get_up, None
        if get_up is not None:
            self.call_later(get_up)

    def action_history(self) -> None:
        row = self._chosen
        if row is not None:
            self.app.push_screen(HistoryScreen(row.standing.shelf))
