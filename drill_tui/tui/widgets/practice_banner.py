"""The line at the top of every screen of a practice, so that nobody takes it for a drill."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from drill_tui.faults.practice.telling import MARK
from drill_tui.tui.words import line, spread


class PracticeBanner(Widget):
    title: reactive[str] = reactive("")
    spent: reactive[str] = reactive("")

    def show(self, title: str, spent: str = "") -> None:
        self.title, self.spent = title, spent

    def render(self) -> RenderResult:
        left = line(f" {MARK} · not a drill", f" · {self.title}" if self.title else "")
        return spread(left, Content(f"{self.spent} "), self.size.width)
