"""Asking before something ends: the drill, or the wait for its cleanup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.runbook.model import LEAD
from drill_tui.tui.dialogs.dialog import Dialog, PersonField, labelled, text_box
from drill_tui.tui.dialogs.reason import Written
from drill_tui.tui.seat import Seat
from drill_tui.tui.widgets.own_keys import Button
from drill_tui.verdict.state import DrillState


class StopDialog(Dialog[Written | None]):
    """Stop the drill?  The default goes on."""

    tone = "error"

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self._seat = seat

    def title_words(self) -> str:
        return "Stop the drill?"

    def body(self) -> Iterable[Widget]:
        step = self._seat.drill.state.steps.get(self._seat.drill.state.current or "")
        what = f"“{step.title}” is stopped, " if step else "Nothing more is started, "
        yield Static(what + "then cleanup runs to its end.", markup=False)
        yield Static(
            "What is not proven by now stays unproven. The report is written.", classes="muted", markup=False
        )
        yield labelled("Reason", text_box("optional, goes into the report", id="reason"))
        yield labelled("Decided by", PersonField(self._seat, LEAD))

    def buttons(self) -> Iterable[Button]:
        yield Button("Keep going", id="back", variant="primary", compact=True)
        yield Button("Stop, clean up", id="stop", variant="error", compact=True)

    def on_mount(self) -> None:
        self.query_one("#back").focus()

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.give(None)

    @on(Button.Pressed, "#stop")
    def _stop(self) -> None:
        reason = self.query_one("#reason", Input).value.strip()
        self.give(Written(self.query_one(PersonField).person, reason))


class LeaveDialog(Dialog[bool | None]):
    """Cleanup is still running; leaving now ends what runs, and leaves these things behind."""

    tone = "error"

    def __init__(self, leftovers: Sequence[str], drill: DrillState) -> None:
        super().__init__()
        self._leftovers, self._drill = leftovers, drill

    def title_words(self) -> str:
        return "Cleanup is still running"

    def body(self) -> Iterable[Widget]:
        running = self._drill.steps.get(self._drill.current or "")
        if running:
            yield Static(f"“{running.title}” is running; leaving now ends it half-way.", markup=False)
        if self._leftovers:
            yield Static("Leaving now would leave behind:", markup=False)
            for leftover in self._leftovers:
                yield Static(f"  • {leftover}", classes="leftover", markup=False)
            later = f"drill-tui clean {self._drill.run_id} removes it later."
            yield Static(later, classes="muted", markup=False)
        elif running:
            yield Static("Nothing else would stay behind.", markup=False)
        else:
            yield Static("Everything is removed; the evidence is being written.", markup=False)

    def buttons(self) -> Iterable[Button]:
        yield Button("Wait for it", id="wait", variant="primary", compact=True)
        yield Button("Leave it behind", id="leave", variant="error", compact=True)

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.give(event.button.id == "leave")


class YesNoDialog(Dialog[bool | None]):
    """A question whose default is no."""

    tone = "warning"

    def __init__(self, title: str, words: str, yes: str) -> None:
        super().__init__()
        self._title, self._words, self._yes = title, words, yes

    def title_words(self) -> str:
        return self._title

    def body(self) -> Iterable[Widget]:
        yield Static(self._words, markup=False)

    def buttons(self) -> Iterable[Button]:
        yield Button("No", id="no", variant="primary", compact=True)
        yield Button(self._yes, id="yes", variant="warning", compact=True)

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.give(event.button.id == "yes")
