"""History: past drills, recovery time against the objective, and how long each step took."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Static

from drill_tui.programme.shelf import PastDrill, Shelf
from drill_tui.tui.commands import bindings
from drill_tui.tui.desk import Desk
from drill_tui.tui.looks import Tone, of_verdict
from drill_tui.tui.places import RunbookOnShelf
from drill_tui.tui.screens.drill import DrillScreen
from drill_tui.tui.seat import Seat
from drill_tui.tui.sizes import HEIGHTS, WIDTHS
from drill_tui.tui.watched import WatchedDrill
from drill_tui.tui.widgets.rto_chart import RtoChart
from drill_tui.tui.wording import day, span, stopwatch
from drill_tui.tui.words import bar, fit, line, lines, muted, right, tinted
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.report import Report

_RUNBOOK_COLUMN = ("runbook", 14)
_COLUMNS = (
    ("when", 16),
    ("verdict", 16),
    ("mode", 8),
    ("    RTO", 7),
    ("why not", 40),
    ("RPO", 8),
    ("target", 8),
    ("who", 40),
)
_SHORT_STEP, _SHORT_TIME = 14, 7
MOST = 300
"""Rows of the table: of 5,000 the screen stood still for seconds while they were measured."""


class HistoryScreen(Screen[None]):
    """Of one runbook, or of all: it says which, and `a` changes it."""

    BINDING_GROUP_TITLE = "History"
    BINDINGS = bindings("history")
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    def __init__(self, shelf: Shelf, book: RunbookOnShelf | None = None) -> None:
        super().__init__()
        self._runbook = book.loaded.runbook if book and book.loaded else None
        self._every = self._runbook is None
        self._shelf = shelf
        self._drills: tuple[PastDrill, ...] = ()

    def compose(self) -> ComposeResult:
        yield RtoChart(id="history-chart")
        with Horizontal(id="history-body"):
            with Vertical():
                yield DataTable(id="history-table", cursor_type="row", zebra_stripes=False)
            with VerticalScroll(id="history-laps", can_focus=False):
                yield Static(id="history-step-times", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(DataTable).focus()
        self._show_drills()
        self._say_broken(self._shelf)

    def action_every(self) -> None:
        self._every = not self._every
        self._show_drills()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._runbook is not None if action == "every" else True

    def _show_drills(self) -> None:
        chosen = self._runbook if not self._every else None
        every = self._shelf.of(chosen.id) if chosen else self._shelf.drills
        self._drills = every[: -MOST - 1 : -1]
        table = self.query_one(DataTable)
        table.clear(columns=True)
        columns = _COLUMNS if chosen else (_COLUMNS[0], _RUNBOOK_COLUMN, *_COLUMNS[1:])
        for title, width in columns:
            table.add_column(title, width=width)
        for drill in self._drills:
            when, *rest = _cells(drill)
            cells = [when, *rest] if chosen else [when, Content(drill.runbook), *rest]
            table.add_row(*cells, key=drill.path.name)
        title = chosen.title if chosen else "All runbooks"
        left_out = f", the last {MOST} of {len(every):,} drills" if len(every) > MOST else ""
        self.query_one(RtoChart).show(self._drills, title + left_out)
        self._show_times(0)

    @on(DataTable.RowHighlighted)
    def _highlighted(self, event: DataTable.RowHighlighted) -> None:
        self._show_times(event.cursor_row)

    @on(DataTable.RowSelected)
    def action_open(self) -> None:
        """Open the chosen drill in the drill screen, read-only."""
        seat = self._past_seat()
        if seat is not None:
            self.app.push_screen(DrillScreen(seat))

    def action_result(self) -> None:
        drill = self._chosen()
        seat = self._past_seat()
        if drill is None or seat is None:
            return
        try:
            report = Report.model_validate_json(drill.path.read_bytes())
        except (OSError, ValueError) as error:
            self.notify(f"{drill.path.name}: {error}", severity="error", markup=False)
            return
        self.app.show_report(report, seat)  # type: ignore[attr-defined]

    def action_back(self) -> None:
        self.app.pop_screen()

    def _chosen(self) -> PastDrill | None:
        row = self.query_one(DataTable).cursor_row
        return self._drills[row] if 0 <= row < len(self._drills) else None

    def _past_seat(self) -> Seat | None:
        drill = self._chosen()
        return None if drill is None else open_past(self, drill.run_dir, self._shelf)

    def _show_times(self, row: int) -> None:
        if row < len(self._drills):
            drill, narrow = self._drills[row], self.has_class("-narrow")
            words = short_step_times(drill) if narrow else step_times(drill, self._shelf.of(drill.runbook))
            self.query_one("#history-step-times", Static).update(words)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_times, self.query_one(DataTable).cursor_row)

    def _say_broken(self, shelf: Shelf) -> None:
        if shelf.broken:
            self.notify(
                "\n".join(shelf.broken[:5]), title="Unreadable reports", severity="warning", markup=False
            )


def open_past(screen: Screen[None], run_dir: Path, shelf: Shelf) -> Seat | None:
    """A past drill from its journal; None after saying why it cannot be opened."""
    from drill_tui.engine.record.journal import JournalError, read_journal

    try:
        drill = WatchedDrill.past(run_dir, read_journal(run_dir / "events.jsonl"))
    except (JournalError, OSError) as error:
        screen.notify(f"{run_dir.name}: {error}", title="No journal to show", severity="error", markup=False)
        return None
    started = drill.state.started
    laps = Laps.of(shelf.of(started.runbook_id)) if started else Laps()
    last_at = drill.state.last_at
    return Seat(drill=drill, desk=Desk(lambda: last_at), now=lambda: last_at, laps=laps)


def _cells(drill: PastDrill) -> list[Content]:
    look = of_verdict(drill.verdict)
    late = (
        drill.rto_wall_s is not None
        and drill.rto_objective_s is not None
        and drill.rto_wall_s > drill.rto_objective_s
    )
    return [
        Content(day(drill.at)),
        tinted(f"{look.symbol} {look.word.lower()}", look.tone),
        tinted(drill.mode, Tone.PLAIN if drill.counts else Tone.WARN),
        right(tinted(stopwatch(drill.rto_wall_s), Tone.BAD if late else Tone.PLAIN), 7),
        muted(drill.failure_reason),
        Content(span(drill.rpo_s)),
        Content(drill.target),
        muted(", ".join(drill.people)),
    ]


def _facts(drill: PastDrill) -> list[Content]:
    """What the table has no room for beside the steps."""
    look = of_verdict(drill.verdict)
    named = [drill.mode, drill.target] + ([f"RPO {span(drill.rpo_s)}"] if drill.rpo_s is not None else [])
    rows = [
        line((day(drill.at), "bold"), "  ", tinted(f"{look.symbol} {look.word.lower()}", look.tone)),
        muted(" · ".join(filter(None, named))),
        muted(", ".join(drill.people)),
        tinted(drill.failure_reason, look.tone),
    ]
    return [row for row in rows if row.plain]


def short_step_times(drill: PastDrill) -> Content:
    """Where there is no room for more: what the table has no room for either, and each step's time."""
    rows = [muted(fit("step", _SHORT_STEP).plain + right("time", _SHORT_TIME).plain)]
    for step, seconds in drill.steps.items():
        rows.append(line(fit(step, _SHORT_STEP), right(stopwatch(seconds), _SHORT_TIME)))
    if drill.failure_reason:
        rows = [tinted(drill.failure_reason, of_verdict(drill.verdict).tone), Content(""), *rows]
    return lines(*rows)


def step_times(drill: PastDrill, every: tuple[PastDrill, ...]) -> Content:
    """Each step of a drill beside the median of all drills that passed."""
    longest = max(drill.steps.values(), default=0.0) or 1.0
    rows = [
        *_facts(drill),
        Content(""),
        muted(fit("step", 18).plain + "  time median"),
    ]
    for step, seconds in drill.steps.items():
        past = [d.steps[step] for d in every if step in d.steps and d.verdict == "pass"]
        usual = median(past) if past else None
        tone = Tone.WARN if usual and seconds > 1.5 * usual and seconds - usual > 2 else Tone.GOOD
        rows.append(
            line(
                fit(step, 18),
                right(stopwatch(seconds), 6),
                right(muted(stopwatch(usual)), 6),
                "  ",
                bar(seconds / longest, 8, tone),
            )
        )
    return lines(*rows)
