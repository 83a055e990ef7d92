"""Home: what was interrupted, then the runbooks in the order in which they are due."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from drill_tui.postgres.client.source import is_configured
from drill_tui.postgres.content.source_today import SourceToday
from drill_tui.runbook.project import runbooks_dir
from drill_tui.tui.agenda import RunbookEntry
from drill_tui.tui.at_home import AtHome, at_home
from drill_tui.tui.commands import bindings
from drill_tui.tui.cut_off import CutOffRun, cut_off_details, cut_off_entry
from drill_tui.tui.order import CleanOrder, DrillOrder, PracticeOrder, Proposal, ResumeOrder
from drill_tui.tui.places import Places, RunbookOnShelf
from drill_tui.tui.runbook_words import details, entry
from drill_tui.tui.sizes import WIDTHS
from drill_tui.tui.widgets.freeze_notice import FreezeNotice

_BESIDE_OPTIONS = 3
"""Cells that no entry has: the edges of an option, and a scroll bar."""
Recover = Callable[[ResumeOrder | CleanOrder | PracticeOrder], None]


def _source_today() -> SourceToday:
    from drill_tui.postgres.content.fingerprint import source_today

    return source_today(os.environ)


def _nobody(order: ResumeOrder | CleanOrder | PracticeOrder) -> None:
    """Stands where nobody recovers runs or practises."""


class HomeScreen(Screen[None]):
    """`order` starts a drill, `recover` takes up a run that was interrupted, or begins a practice.

    `preselected` opens the sign-in of that runbook at once, `first` is ordered at once.
    """

    BINDING_GROUP_TITLE = "Home"
    BINDINGS = bindings("home")
    HORIZONTAL_BREAKPOINTS = WIDTHS

    def __init__(
        self,
        places: Places,
        order: Callable[[DrillOrder], None],
        recover: Recover = _nobody,
        *,
        preselected: Path | None = None,
        first: ResumeOrder | PracticeOrder | None = None,
        proposal: Proposal | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._places = places
        self._order = order
        self._recover = recover
        self._preselected = preselected
        self._first = first
        self._proposal = proposal or Proposal()
        self._now = now
        self._home = AtHome()
        self._readings = 0
        """How often everything was read, or is being read."""
        self._source: SourceToday | None = None
        self._drawn_for = (0, 0)
        """The cells of an entry and of the details, as they were last drawn."""

    def compose(self) -> ComposeResult:
        with Vertical(id="home-head"):
            yield Static(Content.styled("drill-tui", "bold $text-primary"), markup=False)
            yield Static("Prove that your backups restore.", classes="muted", markup=False)
        yield FreezeNotice()
        with Horizontal(id="home-body"):
            yield OptionList(id="runbooks", markup=False)
            with VerticalScroll(id="runbook-scroll", can_focus=False):
                yield Static("Reading runbooks …", id="runbook-details", markup=False)
        yield Static("", id="home-foot", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.call_after_refresh(self.action_reload)
        if is_configured(os.environ):
            Thread(target=self._ask_the_source, args=[asyncio.get_running_loop()], daemon=True).start()

    def _ask_the_source(self, loop: asyncio.AbstractEventLoop) -> None:
        """In a thread that nobody waits for: a source may never answer, and people leave before."""
        self._hand_over(loop, self._heard, _source_today())

    def _heard(self, answer: SourceToday) -> None:
        """What changed in the source may make a drill due."""
        self._source = answer
        if self.is_current:
            self.action_reload()

    def action_reload(self) -> None:
        """Read everything again; what is shown stays until that is done."""
        self._readings += 1
        asked = (asyncio.get_running_loop(), self._readings, self._source)
        Thread(target=self._read, args=asked, daemon=True).start()

    def _read(self, loop: asyncio.AbstractEventLoop, reading: int, source: SourceToday | None) -> None:
        """In a thread that nobody waits for."""
        found: AtHome | Exception
        try:
            found = at_home(self._places, self._now(), source)
        except Exception as error:
            found = error
        self._hand_over(loop, self.show_home, reading, found)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, to: Callable[..., object], *what: object) -> None:
        """From a thread, by way of the screen: what the loop itself calls runs without the app's context."""
        with suppress(RuntimeError):  # the screen was left, and its loop is closed
            loop.call_soon_threadsafe(partial(self.call_later, to, *what))

    def show_home(self, reading: int, found: AtHome | Exception) -> None:
        """What was read, unless it is being read anew since."""
        if reading != self._readings:
            return
        if isinstance(found, Exception):
            raise found
        now, kept = self._now(), self._path_in_hand
        self._home = found
        options = self.query_one(OptionList)
        options.clear_options()
        self._drawn_for = self._room
        options.add_options(Option(self._words(entry, now)) for entry in found.entries)
        options.highlighted = self._place_to_begin(kept)
        self.query_one(FreezeNotice).show(found.frozen)
        self._say_what_is_wrong()
        self._begin_as_asked()

    def _place_to_begin(self, kept: Path | None) -> int | None:
        """Where people were; at first what they named, else the first that can be chosen with success."""
        named = self._preselected
        wanted: tuple[Callable[[CutOffRun | RunbookEntry], bool], ...] = (
            lambda shown: kept is not None and _path_of(shown) == kept,
            lambda shown: named is not None and _path_of(shown).resolve() == named.resolve(),
            lambda shown: isinstance(shown, CutOffRun) or (shown.can_run and shown.is_for_drills),
            lambda shown: True,
        )
        found = (place for fits in wanted for place, shown in enumerate(self._home.entries) if fits(shown))
        return next(found, None)

    def _words(self, shown: CutOffRun | RunbookEntry, now: float) -> Content:
        if isinstance(shown, CutOffRun):
            return cut_off_entry(shown, now)
        room, _ = self._room
        return entry(shown, self._home.shelf, now, room, plain=self.app.has_class("-ascii"))

    @property
    def _room(self) -> tuple[int, int]:
        """Cells that a line of an entry has, and one of the details, beside a scroll bar."""
        options, scroll = self.query_one(OptionList), self.query_one("#runbook-scroll")
        return options.size.width - _BESIDE_OPTIONS, scroll.size.width - 1

    def _begin_as_asked(self) -> None:
        """What the command line asked for, once."""
        chosen, self._preselected = self._preselected, None
        first, self._first = self._first, None
        if first is not None:
            self._recover(first)
        elif chosen is not None:
            books = (entry.book for entry in self._home.entries if isinstance(entry, RunbookEntry))
            self._sign_in(next((book for book in books if book.path.resolve() == chosen.resolve()), None))

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        self._show_details(self._home.entries[event.option_index])

    def _show_details(self, shown: CutOffRun | RunbookEntry) -> None:
        if isinstance(shown, CutOffRun):
            words = cut_off_details(shown, self._now())
        else:
            words = details(shown, self._home.shelf, self._room[1])
        self.query_one("#runbook-details", Static).update(words)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw_again)

    def _draw_again(self) -> None:
        """What fits in a line is another thing in another size."""
        shown, now = self._in_hand, self._now()
        if shown is None or self._drawn_for == self._room:
            return
        self._drawn_for = self._room
        options = self.query_one(OptionList)
        for place, each in enumerate(self._home.entries):
            options.replace_option_prompt_at_index(place, self._words(each, now))
        self._show_details(shown)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        chosen = self._home.entries[event.option_index]
        if isinstance(chosen, CutOffRun):
            self._ask_about(chosen)
        else:
            self._sign_in(chosen.book)

    def action_open(self) -> None:
        self.query_one(OptionList).action_select()

    def action_history(self) -> None:
        from drill_tui.tui.screens.history import HistoryScreen

        shelf = self._home.shelf if self._home.entries else self._places.shelf()
        self.app.push_screen(HistoryScreen(shelf, self.highlighted))

    def action_incidents(self) -> None:
        from drill_tui.tui.screens.incidents import IncidentsScreen

        self.app.push_screen(IncidentsScreen(self._places))

    def action_practice(self) -> None:
        from drill_tui.tui.screens.practices import PracticesScreen

        self.app.push_screen(PracticesScreen(self._places, self._recover))

    @property
    def highlighted(self) -> RunbookOnShelf | None:
        shown = self._in_hand
        return shown.book if isinstance(shown, RunbookEntry) else None

    @property
    def _in_hand(self) -> CutOffRun | RunbookEntry | None:
        place = self.query_one(OptionList).highlighted
        entries = self._home.entries
        return entries[place] if place is not None and place < len(entries) else None

    @property
    def _path_in_hand(self) -> Path | None:
        """What to keep highlighted when everything is read again."""
        shown = self._in_hand
        return _path_of(shown) if shown is not None else None

    def on_screen_resume(self) -> None:
        if self._home.entries:
            self.action_reload()

    def _ask_about(self, run: CutOffRun) -> None:
        from drill_tui.tui.dialogs.cut_off import CutOffDialog

        def chosen(choice: str | None) -> None:
            if choice == "resume":
                self._recover(ResumeOrder(run.run_dir))
            elif choice == "clean":
                self.notify("What it left is being removed …", title=run.run_dir.name, markup=False)
                self._recover(CleanOrder(run.run_dir))

        self.app.push_screen(CutOffDialog(run, self._now()), chosen)

    def _sign_in(self, book: RunbookOnShelf | None) -> None:
        from drill_tui.tui.screens.sign_in import SignInScreen

        if book is None or book.loaded is None:
            words = book.problem if book else "There is no such runbook"
            self.notify(words, title="This runbook cannot be drilled", severity="error", markup=False)
            return
        names = sorted({name for drill in self._home.shelf.drills for name in drill.people})
        self.app.push_screen(SignInScreen(book.loaded, self._order, names=names, proposal=self._proposal))

    def _say_what_is_wrong(self) -> None:
        sentences = []
        if not self._home.has_runbooks:
            sentences.append(f"No runbooks in {runbooks_dir(self._places.project_dir)}.")
        if self._home.shelf.broken:
            sentences.append(f"Unreadable reports: {'; '.join(self._home.shelf.broken[:3])}")
        self.query_one("#home-foot", Static).update("  ".join(sentences))


def _path_of(shown: CutOffRun | RunbookEntry) -> Path:
    return shown.run_dir if isinstance(shown, CutOffRun) else shown.book.path
