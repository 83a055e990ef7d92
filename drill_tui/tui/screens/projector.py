"""The drill for the wall: read from the other side of a room, answered nowhere on it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Footer

from drill_tui.tui.called import called
from drill_tui.tui.collector import spare_the_loaded
from drill_tui.tui.looking import may
from drill_tui.tui.screens.seated import SeatedScreen
from drill_tui.tui.story import last_told
from drill_tui.tui.wall import LOW, Room, call_words, clock_words, ended_words, head_words, parts, step_words
from drill_tui.tui.widgets.steady import SteadyText
from drill_tui.tui.words import fit
from drill_tui.verdict.report import Report

_AROUND = 2
"""Rows of the head and of the last line of what happened."""
_AT_THE_SIDES = 4


class ProjectorScreen(SeatedScreen):
    """Draws a seat's drill; `show_batch` is called after each batch of events, `tick` once a second."""

    BINDING_GROUP_TITLE = "Projector"
    _report: Report | None = None

    def compose(self) -> ComposeResult:
        for part in ("head", "clock", "step", "call", "last"):
            yield SteadyText(id=f"wall-{part}")
        if self._has_keys:
            yield Footer(compact=True, show_command_palette=False)

    @property
    def _has_keys(self) -> bool:
        """Who watches in a browser has none on the wall."""
        return may(self.app, "leave")

    def on_mount(self) -> None:
        self.call_after_refresh(self.show_news)
        self.set_interval(1.0, self.tick)

    def tick(self) -> None:
        if not self.seat.drill.state.over:
            self.show_news()

    def drill_over(self, report: Report) -> None:
        self._report = report
        self.show_news()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.show_news)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.show_news)

    def show_news(self) -> None:
        if not self.has_widgets:
            return
        drill, now = self.seat.drill, self.seat.now()
        if drill.state.started is not None:
            spare_the_loaded()
        call = called(self.seat)
        width = max(20, self.size.width - _AT_THE_SIDES)
        height = self.size.height - _AROUND - self._has_keys
        self.set_class(height < LOW, "-low")
        rows = parts(height, call is not None)
        plain = self.app.has_class("-ascii")
        self._say("head", head_words(self.seat, now, width))
        self._say("clock", clock_words(drill.state, now, Room(width, rows.clock, plain)))
        self._say("last", fit(last_told(drill.records), width))
        if self._report is not None:
            self._say("step", ended_words(self._report, Room(width, rows.step + rows.call, plain)))
        else:
            self._say("step", step_words(drill, self.looked_at, now, Room(width, rows.step, plain)))
        at_foot = self._say("call", call_words(call, now, Room(width, rows.call, plain)))
        at_foot.display = self._report is None and rows.call > 0
        at_foot.set_class(call is not None, "-needed")
        at_foot.set_class(call is not None and call.alarms, "-alarm")
        at_foot.styles.height = max(1, rows.call)

    def _say(self, part: str, words: Content) -> SteadyText:
        found = self.query_one(f"#wall-{part}", SteadyText)
        found.say(words)
        return found
