"""The logs below the current step: step log, server log and notes, with search, level filter and pager."""

from __future__ import annotations

import os
from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from drill_tui.tui.logs.buffer import Level, LineBuffer
from drill_tui.tui.logs.tail import FileTail, read_log
from drill_tui.tui.logs.view import LogView
from drill_tui.tui.logs.wrapped import Wrapped
from drill_tui.tui.looks import Tone
from drill_tui.tui.story import story
from drill_tui.tui.watched import SERVER_LOG, WatchedDrill
from drill_tui.tui.widgets.steady import SteadyText
from drill_tui.tui.widgets.typed import Input
from drill_tui.tui.words import muted, spread, tinted

_BETWEEN = "   "
TABS = {"step": "1 step log", "server": "2 server log", "notes": "3 notes"}
_SHORT_TABS = {"step": "1 step", "server": "2 server", "notes": "3 notes"}
_ROOM_FOR_LONG_TABS = 60
_LEVEL_WORDS = {Level.ALL: "all lines", Level.WARNING: "warnings and errors", Level.ERROR: "errors only"}


def tab_titles(width: int) -> dict[str, str]:
    """What the tabs are called where so many cells are there."""
    return TABS if width >= _ROOM_FOR_LONG_TABS else _SHORT_TABS


class TabStrip(SteadyText):
    """Names the logs; a click chooses one."""

    class Clicked(Message):
        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def on_click(self, event: events.Click) -> None:
        reached = 0
        for tab, title in tab_titles(self.size.width).items():
            if reached <= event.x < reached + len(title):
                self.post_message(self.Clicked(tab))
            reached += len(title) + len(_BETWEEN)


class LogPane(Vertical):
    """One view that shows the chosen log, below a strip of tabs."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self.tab = "step"
        self._drill = WatchedDrill()
        self._step: str | None = None
        self._server: FileTail | None = None
        self._read: dict[Path, LineBuffer] = {}
        self._notes = LineBuffer()
        self._notes_told = -1
        self.wrapping = False
        self._wrapped: Wrapped | None = None

    def compose(self) -> ComposeResult:
        yield TabStrip(id="log-tabs")
        yield LogView(id="log-view")
        yield Input(id="log-search", placeholder="search; Enter goes to the next hit, Esc ends", compact=True)

    def on_mount(self) -> None:
        self.query_one("#log-search").display = False

    @property
    def view(self) -> LogView:
        return self.query_one("#log-view", LogView)

    def show(self, drill: WatchedDrill, step: str | None) -> None:
        self._drill, self._step = drill, step
        self.view.show(self._as_it_is_read(self._buffer()))
        self._draw_tabs()

    def wrap(self) -> None:
        """Show long lines whole, over several rows, or again one row for each line."""
        self.wrapping = not self.wrapping
        self.show(self._drill, self._step)

    def _as_it_is_read(self, buffer: LineBuffer) -> LineBuffer:
        width = max(20, self.view.size.width)
        if not self.wrapping:
            return buffer
        if self._wrapped is None or self._wrapped.source is not buffer or self._wrapped.width != width:
            self._wrapped = Wrapped(buffer, width)
        self._wrapped.catch_up()
        return self._wrapped

    def show_log(self, tab: str) -> None:
        self.tab = tab
        self.show(self._drill, self._step)

    def poll_server(self) -> None:
        """Read on in the server's log, if that is what is looked at."""
        if self.tab == "server" and self._server is not None and self._server.poll():
            self.view.show(self._as_it_is_read(self._server.buffer))

    def path(self) -> Path | None:
        """The whole file of the log that is shown."""
        if self.tab == "server":
            return self._drill.server_log
        return self._drill.log_path(self._step) if self.tab == "step" and self._step else None

    def open_search(self) -> None:
        box = self.query_one("#log-search", Input)
        box.display = True
        box.focus()

    def close_search(self) -> bool:
        """End a search; False if there was none."""
        box = self.query_one("#log-search", Input)
        was_open = box.display or bool(self.view.needle)
        box.display, box.value = False, ""
        self.view.clear_search()
        if was_open:
            self.view.focus()
        self._draw_tabs()
        return was_open

    @property
    def searching(self) -> bool:
        return bool(self.view.needle)

    def step_hit(self, by: int) -> None:
        """To the next (1) or the previous (-1) hit."""
        self.view.step(by)
        self._draw_tabs()

    def next_level(self) -> None:
        view = self.view
        view.set_level(Level((view.level + 1) % len(Level)))
        self._draw_tabs()

    @on(Input.Changed, "#log-search")
    def _search(self, event: Input.Changed) -> None:
        self.view.search(event.value)
        self._draw_tabs()

    @on(Input.Submitted, "#log-search")
    def _next_hit(self) -> None:
        self.view.step(-1)
        if self.view.hits:
            self.view.focus()
        self._draw_tabs()

    @on(LogView.Moved)
    def _moved(self) -> None:
        self._draw_tabs()

    @on(TabStrip.Clicked)
    def _tab_clicked(self, event: TabStrip.Clicked) -> None:
        self.show_log(event.tab)

    def on_resize(self) -> None:
        self._draw_tabs()

    def _buffer(self) -> LineBuffer:
        if self.tab == "notes":
            return self._story()
        if self.tab == "server":
            return self._server_buffer()
        if self._step is None:
            return LineBuffer()
        live = self._drill.logs.get(self._step)
        path = self._drill.log_path(self._step)
        if live is not None or path is None or not path.exists():
            return live if live is not None else self._drill.log_of(self._step)
        if path not in self._read:
            self._read[path] = read_log(path)
        return self._read[path]

    def _server_buffer(self) -> LineBuffer:
        path = self._drill.server_log
        told = self._drill.logs.get(SERVER_LOG)
        if path is None or (told is not None and not os.access(path, os.R_OK)):
            return told or LineBuffer()
        if self._server is None or self._server.path != path:
            self._server = FileTail(path)
            self._server.poll()
        return self._server.buffer

    def _story(self) -> LineBuffer:
        told = len(self._drill.records)
        if told != self._notes_told:
            self._notes_told = told
            self._notes = LineBuffer()
            self._notes.extend(story(self._drill.records))
        return self._notes

    def _draw_tabs(self) -> None:
        strip = self.query_one(TabStrip)
        width = max(10, strip.size.width)
        tabs = [
            Content.styled(title, "bold underline $text-primary" if tab == self.tab else "$text-muted")
            for tab, title in tab_titles(width).items()
        ]
        strip.say(spread(Content(_BETWEEN).join(tabs), self._status(), width))

    def _status(self) -> Content:
        view = self.view
        if view.needle:
            place = f"{view.hits.index(view.hit) + 1} of {len(view.hits)}" if view.hit in view.hits else "0"
            return tinted(f"hit {place}  n next  N previous  Esc done", Tone.ACTIVE)
        if view.level:
            return tinted(f"l: {_LEVEL_WORDS[view.level]}", Tone.WARN)
        if view.following:
            wrapped = "w: wrapped" if self.wrapping else ""
            return muted("  ".join(filter(None, (wrapped, "following" if self._drill.live else ""))))
        return tinted("e: follow the end", Tone.ACTIVE)
