"""Asking before something ends: the drill, or the wait for its cleanup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.tui.dialogs.dialog import Dialog, PersonField, labelled, text_box
from drill_tui.tui.dialogs.reason import Written
from drill_tui.tui.seat import Seat
from drill_tui.tui.widgets.own_keys import Button


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
        yield labelled("Decided by", PersonField(self._seat, "lead"))

    def buttons(self) -> Iterable[Button]:
        yield Button("Keep going", id="back", variant="primary", compact=True)
        yield Button("Stop and clean up", id="stop", variant="error", compact=True)

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
    """Cleanup is still running; leaving now leaves these things behind."""

    tone = "error"

    def __init__(self, leftovers: Sequence[str], run_id: str) -> None:
        super().__init__()
        self._leftovers, self._run_id = leftovers, run_id

    def title_words(self) -> str:
        return "Cleanup is still running"

    def body(self) -> Iterable[Widget]:
        if self._leftovers:
            yield Static("Leaving now would leave behind:", markup=False)
            for leftover in self._leftovers:
                yield Static(f"  • {leftover}", classes="leftover", markup=False)
        else:
            yield Static("Nothing is claimed any more; it is almost done.", markup=False)
        yield Static(f"drill-tui clean {self._run_id} removes it later.", classes="muted", markup=False)

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
