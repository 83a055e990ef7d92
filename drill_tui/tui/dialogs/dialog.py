"""What all dialogs share: a frame in the middle of the screen, a row of buttons, Escape to put it aside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.widgets.choice import Choice
from drill_tui.tui.widgets.own_keys import Button, Checkbox

Outcome = TypeVar("Outcome")


class Dialog(ModalScreen[Outcome]):
    """Subclasses give `title_words`, `body` and `buttons`; the first button has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "aside", "Later", id="dialog.aside", tooltip="Put this aside without an answer"),
        Binding("right,down", "app.focus_next", "Next", show=False),
        Binding("left,up", "app.focus_previous", "Previous", show=False),
    ]
    tone = "primary"
    keys = "Tab moves on · Esc puts it aside"
    """Said at the lower edge: the footer belongs to the screen below."""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes=f"-{self.tone}") as frame:
            frame.border_subtitle = self.keys
            yield Static(self.title_words(), id="dialog-title", markup=False)
            with VerticalScroll(id="dialog-body", can_focus=False):
                yield from self.body()
            yield Static("", id="dialog-complaint", markup=False)
            with Horizontal(id="dialog-buttons"):
                yield from self.buttons()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._keep_buttons_in_sight)

    def _keep_buttons_in_sight(self) -> None:
        """Where a terminal is low, the body scrolls; what can be answered stays."""
        frame, body = self.query_one("#dialog"), self.query_one("#dialog-body")
        others = [child for child in frame.children if child is not body]
        taken = sum(child.outer_size.height + child.styles.margin.height for child in others)
        room = self.size.height - taken - frame.styles.gutter.height
        body.styles.max_height = max(1, room)

    def title_words(self) -> Content | str:
        return ""

    def body(self) -> Iterable[Widget]:
        return ()

    def buttons(self) -> Iterable[Button]:
        return ()

    def complain(self, sentence: str) -> None:
        """Say what is still missing, inside the dialog."""
        self.query_one("#dialog-complaint", Static).update(sentence)

    def give(self, result: Outcome) -> None:
        """Close with this result; a second press does nothing."""
        if self.is_active:
            self.dismiss(result)

    def action_aside(self) -> None:
        if self.is_active:
            self.dismiss(None)


class PersonField(Choice[Person]):
    """Who does this; recorded as typed at this terminal."""

    def __init__(self, seat: Seat, role: str | None, *, id: str = "person") -> None:  # noqa: A002
        people = [(person.label(), person) for person in seat.people()]
        super().__init__(people, chosen=seat.likely(role), id=id)

    @property
    def person(self) -> Person:
        return self.value


class Tick(Checkbox):
    """A box that is empty until it is ticked, so that its state does not hang on a colour.

    The brackets are part of the inner text: Textual draws the sides in the colour of the background.
    """

    BUTTON_LEFT = BUTTON_RIGHT = ""
    BUTTON_INNER = "[ ]"

    def __init__(self, label: str, *, id: str, ticked: bool = False) -> None:  # noqa: A002
        self._draw_box(ticked)
        super().__init__(Content(label), ticked, id=id, compact=True)

    def watch_value(self) -> None:
        self._draw_box(self.value)
        super().watch_value()

    def _draw_box(self, ticked: bool) -> None:
        self.BUTTON_INNER = "[✓]" if ticked else "[ ]"


class TextBox(Input):
    """One line.  What is pasted over several becomes one; Textual would drop all but the first."""

    def on_paste(self, event: events.Paste) -> None:
        event.text = " ".join(line for line in event.text.splitlines() if line.strip())


def text_box(placeholder: str, *, id: str) -> TextBox:  # noqa: A002 - Textual's name for it
    return TextBox(placeholder=placeholder, id=id, compact=True)


def labelled(label: str, field: Widget, *, id: str | None = None) -> Horizontal:  # noqa: A002
    """A field with its label in front."""
    return Horizontal(Static(label, classes="label", markup=False), field, classes="field", id=id)
