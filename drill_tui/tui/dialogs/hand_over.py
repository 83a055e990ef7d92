"""Who gives which role to whom, in the middle of a drill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.runbook.model import LEAD
from drill_tui.tui.dialogs.dialog import Dialog, PersonField, labelled, text_box
from drill_tui.tui.roles import Handover, Held, hindrance
from drill_tui.tui.seat import Seat
from drill_tui.tui.widgets.choice import Choice
from drill_tui.tui.widgets.own_keys import Button


class HandOverDialog(Dialog[Handover | None]):
    """`held` are the roles that can be handed over here."""

    def __init__(self, seat: Seat, held: Sequence[Held]) -> None:
        super().__init__()
        self._seat, self._held = seat, held

    def title_words(self) -> str:
        return "Hand a role over"

    def body(self) -> Iterable[Widget]:
        words = "Its steps and gates then wait for them; the report says so."
        yield Static(words, classes="muted", markup=False)
        yield labelled("Role", Choice([(held.label(), held) for held in self._held], id="role"))
        names = list(self._seat.drill.state.participants)
        to = text_box("a name, also of somebody new", id="to")
        to.suggester = SuggestFromList(names, case_sensitive=False) if names else None
        yield labelled("Goes to", to)
        yield labelled("Said by", PersonField(self._seat, LEAD))

    def buttons(self) -> Iterable[Button]:
        yield Button("Back", id="back", compact=True)
        yield Button("Hand over", id="go", variant="primary", compact=True)

    def on_mount(self) -> None:
        self.query_one("#role").focus()

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.give(None)

    @on(Button.Pressed, "#go")
    @on(Input.Submitted, "#to")
    def _go(self) -> None:
        held: Held = self.query_one("#role", Choice).value
        to = self.query_one("#to", Input).value.strip()
        if why := hindrance(self._seat, held, to):
            self.complain(f"{why}.")
        else:
            self.give(Handover(held, to, self.query_one(PersonField).person.name))
