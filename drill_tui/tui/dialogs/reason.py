"""Small dialogs that ask for words: a reason, a note, a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.tui.dialogs.dialog import Dialog, PersonField, labelled, text_box
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.widgets.own_keys import Button


class ReasonDialog(Dialog[str | None]):
    """A reason; None when people changed their mind.

    `carry_out` is given the reason and returns why it was refused, or nothing: what was written stays until
    it is taken.
    """

    tone = "warning"

    def __init__(
        self,
        title: str,
        question: str,
        action: str,
        carry_out: Callable[[str], str] = lambda reason: "",
    ) -> None:
        super().__init__()
        self._title, self._question, self._action, self._carry_out = title, question, action, carry_out

    def title_words(self) -> str:
        return self._title

    def body(self) -> Iterable[Widget]:
        yield Static(self._question, classes="muted", markup=False)
        yield text_box("", id="reason")

    def buttons(self) -> Iterable[Button]:
        yield Button("Back", id="back", compact=True)
        yield Button(self._action, id="go", variant="warning", compact=True)

    def on_mount(self) -> None:
        self.query_one("#reason").focus()

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.give(None)

    @on(Button.Pressed, "#go")
    @on(Input.Submitted, "#reason")
    def _go(self) -> None:
        reason = self.query_one("#reason", Input).value.strip()
        if not reason:
            self.complain("Some words are needed here; they are kept.")
        elif refused := self._carry_out(reason):
            self.complain(refused)
        else:
            self.give(reason)


@dataclass(frozen=True, slots=True)
class Written:
    by: Person
    text: str


class WriteDialog(Dialog[Written | None]):
    """Words with their author: a note, or a trainee's guess."""

    def __init__(self, title: str, question: str, seat: Seat, role: str | None = None) -> None:
        super().__init__()
        self._title, self._question, self._seat, self._role = title, question, seat, role

    def title_words(self) -> str:
        return self._title

    def body(self) -> Iterable[Widget]:
        yield Static(self._question, classes="muted", markup=False)
        yield text_box("", id="words")
        yield labelled("Written by", PersonField(self._seat, self._role))

    def buttons(self) -> Iterable[Button]:
        yield Button("Back", id="back", compact=True)
        yield Button("Write", id="go", variant="primary", compact=True)

    def on_mount(self) -> None:
        self.query_one("#words").focus()

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.give(None)

    @on(Button.Pressed, "#go")
    @on(Input.Submitted, "#words")
    def _go(self) -> None:
        text = self.query_one("#words", Input).value.strip()
        if text:
            self.give(Written(self.query_one(PersonField).person, text))
        else:
            self.complain("Write something, or press Esc.")
