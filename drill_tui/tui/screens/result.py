"""Result: the verdict large, the evidence, the times, where the artifacts are, what to do next."""

from __future__ import annotations

import asyncio
import os

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from drill_tui.programme.compared import Compared, with_the_last
from drill_tui.programme.freeze import Frozen, what_freezes
from drill_tui.programme.incident_store import incidents_of
from drill_tui.sinks.chat import chat_sentences
from drill_tui.tui.commands import bindings
from drill_tui.tui.freeze_words import freeze_words
from drill_tui.tui.looking import may
from drill_tui.tui.looks import of_verdict
from drill_tui.tui.outside import OutsideError, pager_command, run_outside
from drill_tui.tui.result_words import page, verdict_words
from drill_tui.tui.seat import Seat
from drill_tui.tui.sizes import HEIGHTS
from drill_tui.tui.words import lines
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.report import Report


def still_frozen(report: Report, seat: Seat) -> Frozen:
    """What holds production after this drill, as its folder of reports knows it, to whoever may read it."""
    run_dir = seat.drill.run_dir
    try:
        return what_freezes(incidents_of(run_dir.parent)).after(report) if run_dir else Frozen()
    except PermissionError:
        return Frozen()


def laps_before(report: Report, seat: Seat) -> Laps:
    """Of the drills before this one, by its journal; else as they were when this terminal began it."""
    if report.earlier.best_s:
        return Laps(best=report.earlier.best_s, last=report.earlier.last_s)
    return seat.laps if seat.drill.live else Laps()


class ResultScreen(Screen[None]):
    """Of the drill that just ended, or of a past one."""

    BINDING_GROUP_TITLE = "Result"
    BINDINGS = bindings("result")
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, report: Report, seat: Seat, frozen: Frozen | None = None) -> None:
        super().__init__()
        self._report = report
        self._seat = seat
        self._frozen = frozen or Frozen()
        self._compared: Compared | None = None
        self.looked_back = False
        """Whether it is known what changed since the last drill."""

    def compose(self) -> ComposeResult:
        look = of_verdict(self._report.verdict)
        yield Static(id="verdict", classes=f"-tone-{look.tone}", markup=False)
        with VerticalScroll(id="result-scroll"):
            yield Static(id="result-page", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return may(self.app, action)

    def on_mount(self) -> None:
        self.query_one("#result-scroll").focus()
        self.call_after_refresh(self._draw)
        self.run_worker(self._look_back())

    async def _look_back(self) -> None:
        """A long series of reports takes a second to read."""
        run_dir = self._seat.drill.run_dir
        if run_dir is not None:
            self._compared = await asyncio.to_thread(with_the_last, self._report, run_dir.parent)
        self.looked_back = True
        if self._compared is not None:
            self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        plain = self.app.has_class("-ascii")
        letters = verdict_words(self._report, self.size.width - 4, 0 if plain else self._rows_for_letters)
        self.query_one("#verdict", Static).update(letters)
        self.query_one("#result-page", Static).update(self._page(max(40, self.size.width - 6)))

    @property
    def _rows_for_letters(self) -> int:
        return self.size.height // 7 if self.size.height >= 30 else 0

    def _page(self, width: int) -> Content:
        laps = laps_before(self._report, self._seat)
        words = page(self._report, laps, self._seat.drill.run_dir, width, self._compared)
        frozen = freeze_words(self._frozen, width)
        return lines(frozen, "", words) if frozen.plain else words

    def action_drill(self) -> None:
        """Back to the drill's steps and logs."""
        from drill_tui.tui.screens.drill import DrillScreen

        self.app.pop_screen()
        if not isinstance(self.app.screen, DrillScreen):
            self.app.push_screen(DrillScreen(self._seat))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard("\n".join(chat_sentences(self._report)))
        self.notify("Copied three sentences for the team's chat", markup=False)

    def action_copy_page(self) -> None:
        text = f"{verdict_words(self._report).plain}\n\n{self._page(100).plain}"
        self.app.copy_to_clipboard(text)
        self.notify("Copied the result as text", markup=False)

    async def action_report(self) -> None:
        run_dir = self._seat.drill.run_dir
        path = run_dir / "report.md" if run_dir else None
        if path is None or not path.exists():
            self.notify("There is no written report of this drill", severity="warning", markup=False)
            return
        try:
            command = pager_command(os.environ, path)
            await run_outside(self.app, command, environment=os.environ, directory=path.parent)
        except OutsideError as error:
            self.notify(f"{error}. The file is {path}", severity="error", markup=False)

    def action_home(self) -> None:
        self.app.go_home()  # type: ignore[attr-defined]
