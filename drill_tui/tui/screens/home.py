"""Home: the runbooks with their objectives, last result and when the next drill is due."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from drill_tui.programme.due import RunbookDue
from drill_tui.programme.shelf import Shelf
from drill_tui.runbook.mode import Mode
from drill_tui.tui.commands import bindings
from drill_tui.tui.order import DrillOrder
from drill_tui.tui.places import Places, RunbookOnShelf
from drill_tui.tui.runbook_words import details, entry
from drill_tui.tui.sizes import WIDTHS


class HomeScreen(Screen[None]):
    """`order` starts a drill; `preselected` opens the sign-in of that runbook at once."""

    BINDING_GROUP_TITLE = "Home"
    BINDINGS = bindings("home")
    HORIZONTAL_BREAKPOINTS = WIDTHS

    def __init__(
        self,
        places: Places,
        order: Callable[[DrillOrder], None],
        *,
        preselected: Path | None = None,
        mode: Mode = Mode.GUIDED,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._places = places
        self._order = order
        self._preselected = preselected
        self._mode = mode
        self._now = now
        self._runbooks: list[RunbookOnShelf] = []
        self._shelf = Shelf()
        self._dues: list[RunbookDue | None] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="home-head"):
            yield Static(Content.styled("drill-tui", "bold $text-primary"), markup=False)
            yield Static("Prove that your backups restore.", classes="muted", markup=False)
        with Horizontal(id="home-body"):
            yield OptionList(id="runbooks", markup=False)
            with VerticalScroll(id="runbook-scroll", can_focus=False):
                yield Static("Reading runbooks …", id="runbook-details", markup=False)
        yield Static("", id="home-foot", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.call_after_refresh(self.action_reload)

    def action_reload(self) -> None:
        """Read everything again; after the first paint, because runbooks take a moment."""
        self._runbooks = self._places.runbooks()
        self._shelf = self._places.shelf()
        options = self.query_one(OptionList)
        options.clear_options()
        now = self._now()
        self._dues = [
            self._places.due(book.loaded.runbook, self._shelf, now) if book.loaded else None
            for book in self._runbooks
        ]
        options.add_options(
            Option(entry(book, self._shelf, due, now))
            for book, due in zip(self._runbooks, self._dues, strict=True)
        )
        options.highlighted = 0 if self._runbooks else None
        self._say_what_is_wrong()
        if self._preselected is not None:
            chosen, self._preselected = self._preselected, None
            self._sign_in(next((b for b in self._runbooks if b.path.resolve() == chosen.resolve()), None))

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        book = self._runbooks[event.option_index]
        self.query_one("#runbook-details", Static).update(
            details(book, self._shelf, self._dues[event.option_index])
        )

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self._sign_in(self._runbooks[event.option_index])

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()

    def action_history(self) -> None:
        from drill_tui.tui.screens.history import HistoryScreen

        self.app.push_screen(HistoryScreen(self._places, self.highlighted))

    def action_incidents(self) -> None:
        from drill_tui.tui.screens.incidents import IncidentsScreen

        self.app.push_screen(IncidentsScreen(self._places))

    @property
    def highlighted(self) -> RunbookOnShelf | None:
        place = self.query_one(OptionList).highlighted
        return self._runbooks[place] if place is not None and place < len(self._runbooks) else None

    def on_screen_resume(self) -> None:
        if self._runbooks:
            self.action_reload()

    def _sign_in(self, book: RunbookOnShelf | None) -> None:
        from drill_tui.tui.screens.sign_in import SignInScreen

        if book is None or book.loaded is None:
            words = book.problem if book else "There is no such runbook"
            self.notify(words, title="This runbook cannot be drilled", severity="error", markup=False)
            return
        names = sorted({name for drill in self._shelf.drills for name in drill.people})
        self.app.push_screen(SignInScreen(book.loaded, self._order, names=names, mode=self._mode))

    def _say_what_is_wrong(self) -> None:
        sentences = []
        if not self._runbooks:
            sentences.append(f"No runbooks in {self._places.project_dir / 'runbooks'}.")
        if self._shelf.broken:
            sentences.append(f"Unreadable reports: {'; '.join(self._shelf.broken[:3])}")
        self.query_one("#home-foot", Static).update("  ".join(sentences))
