"""What all dialogs share: a frame in the middle of the screen, a row of buttons, Escape to put it aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.css.scalar import Scalar
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from drill_tui.tui.commands import bindings_over_dialogs
from drill_tui.tui.dialogs.first_moments import FirstMoments
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.see_through import SeeThrough
from drill_tui.tui.sizes import DIALOG_HEIGHTS, DIALOG_WIDTHS
from drill_tui.tui.widgets.choice import Choice
from drill_tui.tui.widgets.own_keys import Button, Checkbox
from drill_tui.tui.widgets.typed import Input

Outcome = TypeVar("Outcome")


class DialogBody(VerticalScroll, inherit_bindings=False):
    """Scrolls with PgDn; the arrows move between what it holds."""


class Dialog(SeeThrough[Outcome]):
    """Subclasses give `title_words`, `body` and `buttons`; the first button has the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "aside", "Later", id="dialog.aside", tooltip="Put this aside without an answer"),
        Binding("right,down", "move(1)", show=False, priority=True),
        Binding("left,up", "move(-1)", show=False, priority=True),
        Binding("right,down", "app.focus_next", "Next", show=False),
        Binding("left,up", "app.focus_previous", "Previous", show=False),
        Binding("pagedown", "read(1)", "Read on", id="dialog.down", show=False),
        Binding("pageup", "read(-1)", "Read back", id="dialog.up", show=False),
        *bindings_over_dialogs(),
    ]
    HORIZONTAL_BREAKPOINTS = DIALOG_WIDTHS
    VERTICAL_BREAKPOINTS = DIALOG_HEIGHTS
    tone = "primary"
    keys = "Tab moves on · Esc puts it aside"
    """Said at the lower edge: the footer belongs to the screen below."""
    _first_moments: FirstMoments | None = None
    _about: Dialog[Any] | None = None
    """The dialog that this one has opened, to ask more about its own answer."""
    _withdrawn = False

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes=f"-{self.tone}"):
            yield Static(self.title_words(), id="dialog-title", markup=False)
            with DialogBody(id="dialog-body", can_focus=False):
                yield from self.body()
            yield Static("", id="dialog-complaint", classes="-empty", markup=False)
            with Horizontal(id="dialog-buttons"):
                yield from self.buttons()

    def _keep_in_sight(self, _: Screen[Any]) -> None:
        """Where a terminal is low, the body scrolls; what can be answered stays."""
        frame, body = self.query_one("#dialog"), self.query_one("#dialog-body")
        others = [child for child in frame.children if child is not body and child.display]
        taken = sum(child.outer_size.height + child.styles.margin.height for child in others)
        room = Scalar.from_number(max(1, self.size.height - taken - frame.styles.gutter.height))
        self._say_keys()
        if body.styles.max_height != room:
            body.styles.max_height = room
            self.call_after_refresh(self._show_focused)

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._show_focused)

    def _show_focused(self) -> None:
        if self.focused is not None:
            self.focused.scroll_visible(animate=False)

    def _say_keys(self) -> None:
        scrolls = self.query_one("#dialog-body").max_scroll_y > 0
        listens = self._first_moments is None
        keys = f"PgDn reads on · {self.keys}" if scrolls else self.keys
        self.query_one("#dialog").border_subtitle = keys if listens else "One moment: this opened by itself"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "move":
            return isinstance(self.focused, Button | Checkbox)
        return super().check_action(action, parameters)

    def action_move(self, steps: int) -> None:
        """At once, as Tab does, where arrows mean nothing else: the next key is for whoever it led to."""
        if steps > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_read(self, pages: int) -> None:
        body = self.query_one("#dialog-body")
        body.scroll_relative(y=pages * max(1, body.size.height - 1), animate=False)

    def opened_by_itself(self, now: Callable[[], float]) -> None:
        """Take no keys before people can have seen this.  `now` is in seconds."""
        moments = FirstMoments(now)
        if not moments.over:
            self._first_moments = moments

    def on_mount(self) -> None:
        self.screen_layout_refresh_signal.subscribe(self, self._keep_in_sight)
        if self._first_moments is not None:
            self._waking = self.set_interval(0.1, self._wake)

    def _wake(self) -> None:
        if self._first_moments is None or self._first_moments.over:
            self._first_moments = None
            self._waking.stop()
            self._say_keys()

    def hears(self, event: events.Event) -> bool:
        """Whether this key or click counts; Ctrl keys always do, nobody types them into a text."""
        if self._first_moments is None or (isinstance(event, events.Key) and event.key.startswith("ctrl+")):
            return True
        self._wake()
        if self._first_moments is not None:
            self._first_moments.typed()
        return self._first_moments is None

    def title_words(self) -> Content | str:
        return ""

    def body(self) -> Iterable[Widget]:
        return ()

    def buttons(self) -> Iterable[Button]:
        return ()

    def complain(self, sentence: str) -> None:
        """Say what is still missing, inside the dialog."""
        complaint = self.query_one("#dialog-complaint", Static)
        complaint.set_class(not sentence, "-empty")
        complaint.update(sentence)

    def give(self, result: Outcome) -> None:
        """Close with this result; a second press does nothing."""
        if self.is_active:
            self.dismiss(result)

    def action_aside(self) -> None:
        if self.is_active:
            self.dismiss(None)

    def ask_more(self, dialog: Dialog[Any], given: Callable[[Any], None]) -> None:
        """Open a dialog that belongs to this one's answer: it goes when this one is withdrawn."""
        self._about = dialog
        self.app.push_screen(dialog, given)

    def withdraw(self) -> None:
        """Nobody asks this any more: it goes, and nothing of what else lies above it."""
        if self._about is not None:
            self._about.withdraw()
        self._withdrawn = True
        self.add_class("-withdrawn")
        self._go_if_withdrawn()

    def on_screen_suspend(self) -> None:
        """One frame at a time: edges of a larger one below would be taken for part of the dialog on it."""
        self.set_class(isinstance(self.app.screen, Dialog), "-covered")

    def on_screen_resume(self) -> None:
        self.remove_class("-covered")
        self._go_if_withdrawn()

    def _go_if_withdrawn(self) -> None:
        """A screen can only go when nothing lies above it; until then it is not drawn."""
        if self._withdrawn and self.is_active:
            self.dismiss(None)


class PersonField(Choice[Person]):
    """Who does this: at the driver's keyboard as typed there, at another seat whoever joined."""

    def __init__(
        self,
        seat: Seat,
        role: str | None = None,
        *,
        chosen: Person | None = None,
        people: Sequence[Person] = (),
    ) -> None:
        choices = [(person.label(), person) for person in people or seat.acting()]
        super().__init__(choices, chosen=chosen or seat.likely(role), id="person")

    @property
    def person(self) -> Person:
        return self.value


class Tick(Checkbox):
    """A box that is empty until it is ticked, so that its state does not hang on a colour.

    The brackets are part of the inner text: Textual draws the sides in the colour of the background.
    """

    BUTTON_LEFT = BUTTON_RIGHT = ""
    BUTTON_INNER = "[ ]"

    def __init__(self, label: Content, *, id: str, ticked: bool = False) -> None:  # noqa: A002
        self._draw_box(ticked)
        super().__init__(label, ticked, id=id, compact=True)

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
