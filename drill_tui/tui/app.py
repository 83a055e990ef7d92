"""The application: themes, keys, and the way from screen to screen.  Drills are run elsewhere."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.dom import DOMNode
from textual.driver import Driver
from textual.reactive import var
from textual.screen import ModalScreen, Screen

from drill_tui.engine.record.stage import Stage
from drill_tui.tui import themes
from drill_tui.tui.ascii_only import AsciiFilter
from drill_tui.tui.commands import EVERYWHERE, bindings
from drill_tui.tui.looking import may
from drill_tui.tui.palette import CommandsOfScreen
from drill_tui.tui.settings import Settings, remember_theme
from drill_tui.tui.terminal import Nowhere, few_colours
from drill_tui.tui.wording import span

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from drill_tui.tui.dialogs.reason import Written
    from drill_tui.tui.screens.drill import DrillScreen
    from drill_tui.tui.screens.practice import PracticeScreen
    from drill_tui.tui.seat import Seat
    from drill_tui.verdict.report import Report


class DrillApp(App[None], inherit_bindings=False):
    """The screens and what leads from one to the other."""

    TITLE = "drill-tui"
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        Path(__file__).parent / "styles" / name
        for name in ("app.tcss", "drill.tcss", "dialogs.tcss", "pages.tcss", "practice.tcss")
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(EVERYWHERE),
        # With priority, so that what is typed right behind them reaches the next field: other keys act only
        # after they went through the queue of the field that had the focus.
        Binding("tab", "app.focus_next", "Next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Previous", show=False, priority=True),
    ]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandsOfScreen}
    ENABLE_COMMAND_PALETTE = True

    seat: var[Seat | None] = var(None)
    """The drill of this terminal that was started last."""
    report: var[Report | None] = var(None)
    """Its report, once it is over."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        first: Callable[[], Screen[None]] | None = None,
        ascii_only: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.practice: PracticeScreen | None = None
        """The last practice of this terminal."""
        self.failure: Exception | None = None
        """What broke the screen, if it broke."""
        self.only_looks = False
        """Whether whoever sits here moves and looks, and nothing else, as in a browser."""
        self.lent = False
        """Whether another program has the terminal."""
        self.guest: Process | None = None
        """That program."""
        self.terminal_lost: Callable[[], None] = lambda: None
        """Called when the terminal has gone while it was lent."""
        self.first = first
        """Makes the screen to begin with, when the terminal is ready."""
        environment = os.environ if environment is None else environment
        for theme in (*themes.THEMES, themes.BLACK_AND_WHITE):
            self.register_theme(theme)
        if self.no_color:
            self._draw_without_colour()
        else:
            usual = themes.SIXTEEN if few_colours(environment) else themes.DARK
            self.theme = self.settings.theme or usual.name
        if ascii_only or self.settings.ascii_only:
            self.add_class("-ascii")
            self._filters.append(AsciiFilter())
        self.set_keymap(dict(self.settings.keys))

    def _draw_without_colour(self) -> None:
        from drill_tui.tui.no_colour import GREYS, WithoutColour

        self.theme = themes.BLACK_AND_WHITE.name
        self._filters = [*(f for f in self._filters if not isinstance(f, GREYS)), WithoutColour()]

    def get_driver_class(self) -> type[Driver]:
        from textual.drivers.linux_driver import LinuxDriver

        from drill_tui.tui.lost_terminal import TerminalDriver

        chosen = super().get_driver_class()
        return TerminalDriver if chosen is LinuxDriver else chosen

    def refresh_css(self, animate: bool = True) -> None:
        """Choosing the theme before the start must not have Textual parse every style twice."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return may(self, action)

    def on_mount(self) -> None:
        if self.first is not None:
            self.push_screen(self.first())

    def open_drill(self, seat: Seat, screen: DrillScreen, gap_s: float | None = None) -> None:
        """The screen of a drill that begins, or that goes on after `gap_s` seconds without a process."""
        self.seat, self.report = seat, None
        self.push_screen(screen)
        if gap_s is not None:
            self.notify(
                f"Nothing drove this drill for {span(gap_s)}. What had finished keeps its result.",
                title="Taking it up again",
                timeout=10,
                markup=False,
            )

    def open_practice(self, screen: PracticeScreen) -> None:
        self.practice = screen
        self.push_screen(screen)

    def practice_broke_off(self, why: str, leftovers: tuple[str, ...]) -> None:
        self.go_home()
        words = "; ".join((why, *(f"still there: {what}" for what in leftovers)))
        self.notify(words, title="The practice is over", severity="error", timeout=20, markup=False)

    def drill_refused(self, why: str, title: str) -> None:
        """What was ordered did not start, or could not leave its evidence."""
        self.seat = None
        self.go_home()
        self.notify(why, title=title, severity="error", timeout=20, markup=False)

    def drill_over(self, report: Report) -> None:
        self.report = report
        self.action_show_result()

    def action_show_result(self) -> None:
        """The verdict, on top of the drill."""
        if self.report is not None and self.seat is not None:
            self.show_report(self.report, self.seat)

    def show_report(self, report: Report, seat: Seat) -> None:
        from drill_tui.tui.screens.result import ResultScreen, still_frozen

        while isinstance(self.screen, ModalScreen):
            self.pop_screen()
        if not isinstance(self.screen, ResultScreen):
            self.push_screen(ResultScreen(report, seat, still_frozen(report, seat)))

    def run_cleaned(self, run_id: str, leftovers: tuple[str, ...], problem: str = "") -> None:
        """Say what cleaning up after an interrupted run came to."""
        words = problem or "; ".join(f"still there: {what}" for what in leftovers)
        self.notify(
            words or "Nothing is left of it but its evidence.",
            title=run_id,
            severity="error" if words else "information",
            timeout=20 if words else 6,
            markup=False,
        )
        from drill_tui.tui.screens.home import HomeScreen

        for screen in self.screen_stack:
            if isinstance(screen, HomeScreen):
                screen.action_reload()

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Lend the terminal to another program, whose Ctrl-C and Ctrl-\\ reach this process too."""
        self.lent = True
        quitting = signal.signal(signal.SIGQUIT, lambda *_: None)
        try:
            with super().suspend():
                yield
        finally:
            signal.signal(signal.SIGQUIT, quitting)
            self.lent = False

    def go_home(self) -> None:
        """Close everything that lies on the home screen."""
        while len(self.screen_stack) > 2:
            self.pop_screen()

    async def on_event(self, event: events.Event) -> None:
        """A dialog that has opened by itself does not hear what was typed or clicked just before."""
        meant = isinstance(event, events.Key | events.Paste | events.MouseDown | events.MouseUp)
        hears = getattr(self.screen, "hears", None) if meant and not event.is_forwarded else None
        if hears is None or hears(event):
            await super().on_event(event)

    def bell(self) -> None:
        """Ring, unless the settings say not to."""
        if self.settings.bell:
            super().bell()

    def action_next_theme(self) -> None:
        if self.no_color:
            self.notify("NO_COLOR is set: there are no themes without colours", markup=False)
            return
        self.theme = themes.after(self.theme)
        remember_theme(self.settings, self.theme)
        self.notify(f"Theme {self.theme}", timeout=2, markup=False)

    def action_command_palette(self) -> None:
        from drill_tui.tui.see_through import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_help(self) -> None:
        from drill_tui.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.settings.keys, only_looks=self.only_looks))

    def action_leave(self) -> None:
        """Ask once; during cleanup, say what would be left behind."""
        from drill_tui.tui.dialogs.stop import StopDialog

        control = self.seat.control if self.seat else None
        if self.practice is not None and self.practice in self.screen_stack:
            self.practice.ask_to_quit()
        elif self.seat is None or control is None or control.stage is Stage.ENDED:
            self.exit()
        elif control.stage is Stage.CLEANUP:
            self._ask_to_leave(self.seat)
        elif control.abort_request is not None:
            self.notify("Stopping: the step is being ended, then cleanup runs", markup=False)
        elif isinstance(self.screen, StopDialog):
            self.screen.query_one("#stop").press()  # type: ignore[attr-defined]
        else:
            self.push_screen(StopDialog(self.seat), self._stop)

    def _stop(self, decision: Written | None) -> None:
        control = self.seat.control if self.seat else None
        if decision is not None and control is not None:
            control.abort(decision.by.name, "operator", decision.text)

    def _ask_to_leave(self, seat: Seat) -> None:
        from drill_tui.tui.dialogs.stop import LeaveDialog

        if isinstance(self.screen, LeaveDialog) or seat.control is None:
            return
        self.push_screen(LeaveDialog(seat.control.would_leave(), seat.drill.state), self._leave_behind)

    def _leave_behind(self, leave: bool | None) -> None:
        control = self.seat.control if self.seat else None
        while leave and control is not None and control.stage is Stage.CLEANUP and not control.gave_up:
            control.interrupt("operator", "left before cleanup was done", "operator")

    async def _process_messages_loop(self) -> None:
        try:
            await super()._process_messages_loop()
        finally:
            if self._driver is not None and hasattr(self._driver, "stop_reading"):
                await self._driver.stop_reading()

    def stop_drawing(self) -> None:
        """The terminal is gone: Textual's writer died with it, and its full queue would hold up the drill."""
        if self._driver is not None and hasattr(self._driver, "_writer_thread"):
            self._driver._writer_thread = Nowhere()

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        names = ", ".join(sorted(binding.id or binding.action for binding in clashed_bindings))
        self.notify(f"Two commands share a key: {names}", severity="warning", markup=False)

    def _handle_exception(self, error: Exception) -> None:
        """Textual would print local variables, perhaps secrets among them; keep the error for a sentence."""
        self.failure = self.failure or error
        if self.is_headless:
            super()._handle_exception(error)
        else:
            self._return_code = 3
            self._close_messages_no_wait()
