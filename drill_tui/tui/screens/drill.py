"""The drill screen: steps, the current step, logs and the stopwatch; also every past drill, read-only."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Footer

from drill_tui.tui.collector import spare_the_loaded
from drill_tui.tui.commands import bindings
from drill_tui.tui.pace import held
from drill_tui.tui.roles import held_roles
from drill_tui.tui.screens.drill_learning import DrillLearning
from drill_tui.tui.screens.drill_logs import DrillLogs
from drill_tui.tui.sizes import HEIGHTS, WIDTHS
from drill_tui.tui.training import is_training
from drill_tui.tui.widgets.criteria_panel import CriteriaPanel
from drill_tui.tui.widgets.data_path import DataPath
from drill_tui.tui.widgets.log_pane import LogPane
from drill_tui.tui.widgets.masthead import Masthead
from drill_tui.tui.widgets.question_bar import QuestionBar
from drill_tui.tui.widgets.step_card import StepCard
from drill_tui.tui.widgets.step_list import StepList

_NEEDS_LIVE = frozenset({"pause", "abort", "note", "shell", "run_through", "hand_over"})
_AT_OTHER_SEATS = frozenset({"hand"})
_NOT_IN_CLEANUP = frozenset({"pause", "abort", "run_through", "hand_over"})
_SOMETIMES = (*sorted(_NEEDS_LIVE | _AT_OTHER_SEATS), "answer", "result", "home", "hint", "guess")


class DrillScreen(DrillLearning, DrillLogs):
    """Draws a seat's drill; `show_news` is called after each batch of events, `tick` once a second."""

    BINDING_GROUP_TITLE = "Drill"
    BINDINGS = bindings("drill", "log")
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    _offered: list[str] | None = None
    """What can be done now, as the footer shows it."""

    def compose(self) -> ComposeResult:
        yield Masthead(id="masthead")
        yield DataPath(id="data-path")
        yield QuestionBar(id="question")
        with Horizontal(id="drill-body"):
            with VerticalScroll(id="steps", can_focus=False):
                yield StepList(id="step-list")
            with Vertical(id="drill-right"):
                with Horizontal(id="drill-top"):
                    with VerticalScroll(id="card-scroll"):
                        yield StepCard(id="card")
                    with VerticalScroll(id="criteria-scroll", can_focus=False):
                        yield CriteriaPanel(id="criteria")
                yield LogPane(id="logs")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#log-view").focus()
        self.call_after_refresh(self.show_news)
        if self.seat.drill.live:
            self.set_interval(1.0, self.tick)

    def show_news(self) -> None:
        """Draw everything from the drill's state."""
        if not self.has_widgets:
            return
        drill, step = self.seat.drill, self.looked_at
        if drill.live and drill.state.started is not None:
            spare_the_loaded()
        self._draw_clocks()
        self.show_card_as_it_is_read()
        self.query_one(CriteriaPanel).show(drill)
        self.query_one(LogPane).show(drill, step)
        self.offer_keys()
        self.note_question()
        self.tell_people()

    def offer_keys(self) -> None:
        possible = [action for action in _SOMETIMES if self.check_action(action, ())]
        if possible != self._offered:
            self._offered = possible
            self.refresh_bindings()

    def tick(self) -> None:
        """A second has passed: the clocks move, nothing else."""
        if self.seat.drill.state.over or not self.has_widgets:
            return
        self._draw_clocks()
        self.query_one(LogPane).poll_server()

    def _draw_clocks(self) -> None:
        drill, now, step = self.seat.drill, self.now, self.looked_at
        big = self.has_class("-tall") and not self.has_class("-narrow") and not self.plain_letters
        self.query_one(Masthead).show(self.seat, now, big)
        self.query_one(DataPath).show(drill, now)
        self.query_one(QuestionBar).show(self.seat, now)
        self.query_one(StepList).show(drill, self.seat.laps, step, now)
        self.query_one(StepCard).show(drill, step, now)

    @property
    def now(self) -> float:
        """The drill's time; a past drill stands still at its last event."""
        return self.seat.now() if self.seat.drill.live else self.seat.drill.state.last_at

    @property
    def plain_letters(self) -> bool:
        return self.app.has_class("-ascii")

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self.show_news)

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.show_news)

    @on(StepList.Chosen)
    def _choose(self, event: StepList.Chosen) -> None:
        self._look_at(event.step)

    def action_previous_step(self) -> None:
        self._move(-1)

    def action_next_step(self) -> None:
        self._move(1)

    def action_live(self) -> None:
        """Follow the drill again."""
        self._chosen = None
        self.show_news()

    def action_command_details(self) -> None:
        card = self.query_one(StepCard)
        card.whole_command = not card.whole_command
        self._draw_clocks()

    def action_back(self) -> None:
        if self.query_one(LogPane).close_search():
            return
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        elif self._chosen is not None and self.seat.drill.live:
            self.action_live()
        elif not self.seat.drill.live:
            self.app.pop_screen()
        elif self.seat.drill.state.over:
            self.action_home()
        else:
            self.leave()

    def leave(self) -> None:
        """Where a drill that goes on may be left: not at its driver's keyboard."""

    def action_home(self) -> None:
        self.app.go_home()  # type: ignore[attr-defined]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        state = self.seat.drill.state
        live = self.seat.control is not None and not state.over
        if action in _AT_OTHER_SEATS or (action == "run_through" and not self.can_run_through):
            return False
        if action == "hand_over" and not held_roles(self.seat):
            return False
        if action in _NEEDS_LIVE:
            return live and (action not in _NOT_IN_CLEANUP or state.cleanup is None)
        if action == "answer":
            question = self.seat.desk.question
            return self.seat.can_answer(question) if question else live and held(state)
        if action in ("result", "home"):
            return state.over
        if action in ("hint", "guess"):
            return live and state.cleanup is None and is_training(state)
        return True

    def _move(self, by: int) -> None:
        shown = [step.id for step in self.query_one(StepList).shown_steps()]
        if not shown:
            return
        current = self.looked_at
        place = shown.index(current) if current in shown else 0
        self._look_at(shown[max(0, min(len(shown) - 1, place + by))])

    def _look_at(self, step: str) -> None:
        self._chosen = None if step == self.seat.in_view else step
        self.show_news()
