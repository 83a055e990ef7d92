"""Who asks for a hint, which the report counts for each person; and that there is nothing to ask for."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Static

from drill_tui.tui.dialogs.dialog import Dialog, PersonField, labelled
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.widgets.own_keys import Button
from drill_tui.verdict.state import StepState


class HintDialog(Dialog[Person | None]):
    """Enter shows the hint; the arrow keys choose who asked."""

    def __init__(self, step: StepState, hints: int, seat: Seat, role: str) -> None:
        super().__init__()
        self._step, self._hints, self._seat, self._role = step, hints, seat, role

    def title_words(self) -> str:
        return f"Hint {self._step.hints_shown + 1} of {self._hints}  {self._step.title}"

    def body(self) -> Iterable[Widget]:
        yield Static("The report counts it for whoever asks.", classes="muted", markup=False)
        yield labelled("Asked by", PersonField(self._seat, self._role))

    def buttons(self) -> Iterable[Button]:
        yield Button("Back", id="back", compact=True)
        yield Button("Show the hint", id="go", variant="primary", compact=True)

    def on_mount(self) -> None:
        self.query_one("#go").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.give(self.query_one(PersonField).person if event.button.id == "go" else None)


class NothingDialog(Dialog[None]):
    """That there is nothing to ask for at this step, and why."""

    def __init__(self, what: str, why: str, step: StepState | None) -> None:
        super().__init__()
        self._what, self._why, self._step = what, why, step

    def title_words(self) -> str:
        return f"{self._what}  {self._step.title}" if self._step else self._what

    def body(self) -> Iterable[Widget]:
        yield Static(self._why, markup=False)

    def buttons(self) -> Iterable[Button]:
        yield Button("Back", id="back", variant="primary", compact=True)

    def on_mount(self) -> None:
        self.query_one("#back").focus()

    @on(Button.Pressed)
    def _pressed(self) -> None:
        self.give(None)
