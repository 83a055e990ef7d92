"""A run was interrupted: go on with it, clean up after it, or leave it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from drill_tui.tui.cut_off import CutOffRun, cut_off_details
from drill_tui.tui.dialogs.dialog import Dialog
from drill_tui.tui.widgets.own_keys import Button


class CutOffDialog(Dialog[str | None]):
    """Gives `resume`, `clean`, or None to leave it, which is what Enter alone does."""

    tone = "warning"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "choose('resume')", "Go on", id="cut_off.resume"),
        Binding("c", "choose('clean')", "Clean up", id="cut_off.clean"),
    ]

    def __init__(self, run: CutOffRun, now: float) -> None:
        super().__init__()
        self._run, self._now = run, now

    def title_words(self) -> str:
        return "× This run was interrupted"

    def body(self) -> Iterable[Widget]:
        yield Static(cut_off_details(self._run, self._now), markup=False)

    def buttons(self) -> Iterable[Button]:
        yield Button("Leave it", id="leave", compact=True)
        yield Button("c Clean up", id="clean", variant="warning", compact=True)
        yield Button(
            "r Go on", id="resume", variant="primary", compact=True, disabled=bool(self._run.problem)
        )

    def on_mount(self) -> None:
        self.query_one("#leave").focus()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_choose(event.button.id or "leave")

    def action_choose(self, choice: str) -> None:
        if choice == "resume" and self._run.problem:
            self.complain("Its journal cannot be read, so there is nothing to go on from.")
        else:
            self.give(None if choice == "leave" else choice)
