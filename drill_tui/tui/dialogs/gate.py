"""What the dialogs of all gates share: what is asked, what is at stake, who answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.record.events import GateOpened, Signature
from drill_tui.tui.dialogs.dialog import Dialog, PersonField, labelled
from drill_tui.tui.dialogs.reason import ReasonDialog
from drill_tui.tui.planned import planned_command, without_variables
from drill_tui.tui.seat import Person, Seat
from drill_tui.tui.sizes import GATE_HEIGHTS, GATE_WIDTHS
from drill_tui.tui.widgets.own_keys import Button
from drill_tui.tui.widgets.step_card import command_words
from drill_tui.tui.wording import span
from drill_tui.tui.words import line, muted
from drill_tui.verdict.at_stake import at_stake

_KINDS = {
    "confirm": "Confirm",
    "type": "Type to confirm",
    "signoff": "Sign off",
    "note": "Write it down",
}


class GateDialog(Dialog[GateAnswer | None]):
    """None means: not answered yet, the people look around first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+o",
            "command_details",
            "Details",
            id="gate.command",
            tooltip="The step's command with the variables in front of it, or without",
        ),
    ]
    HORIZONTAL_BREAKPOINTS = GATE_WIDTHS
    VERTICAL_BREAKPOINTS = GATE_HEIGHTS
    tone = "accent"
    approve_label = "Yes"
    refuse_label = "No, stop here"
    _command = ""
    """Of the step that this is about; empty where it has none."""
    _whole_command = False
    """Whether the variables in front of it are shown."""
    _stand_in: Person | None = None
    """Who was told that the answer is somebody else's, and may give it all the same."""

    def __init__(self, gate: GateOpened, seat: Seat) -> None:
        super().__init__()
        self.gate = gate
        self.seat = seat
        step = seat.drill.state.steps.get(gate.step)
        own = (step.role,) if step and step.role else ()
        self.roles = gate.roles or own
        """Whose answer this is; empty means anybody's."""
        self.step_title = step.title if step else gate.step

    def title_words(self) -> Content:
        return line(
            (f"◆ {_KINDS.get(self.gate.kind, self.gate.kind)}", "bold"), muted(f"  {self.step_title}")
        )

    def prompt(self) -> Iterable[Widget]:
        yield Static(self.gate.prompt, id="gate-prompt", markup=False)
        if self.gate.timeout_s:
            yield Static(
                f"Expires {span(self.gate.timeout_s)} after it was asked.", classes="muted", markup=False
            )

    def stakes(self) -> Iterable[Widget]:
        """What people agree to: the target, what is restored into it, and the command, which this covers."""
        state = self.seat.drill.state
        for fact in at_stake(state, self.seat.now()):
            name = Static(fact.name, classes="label", markup=False)
            told = Static(fact.words, classes="" if fact.holds else "-unproven", markup=False)
            yield Horizontal(name, told, classes="stake")
        steps = state.runbook.steps if state.runbook else ()
        plan = next((step for step in steps if step.id == self.gate.step), None)
        self._command = planned_command(state, plan) if plan else ""
        if self._command:
            yield Static(self._command_words(), id="gate-command", markup=False)

    def _command_words(self) -> Content:
        words = command_words(self._command, whole=self._whole_command)
        turns = without_variables(self._command) != self._command
        return line(words, muted(f"   ^o {'short' if self._whole_command else 'whole'}" if turns else ""))

    def action_command_details(self) -> None:
        self._whole_command = not self._whole_command
        for shown in self.query("#gate-command").results(Static):
            shown.update(self._command_words())

    def body(self) -> Iterable[Widget]:
        yield from self.prompt()
        yield from self.stakes()
        yield self.who()

    def who(self) -> Widget:
        chosen = self.seat.holder(self.roles)
        return labelled("Answered by", PersonField(self.seat, chosen=chosen))

    def buttons(self) -> Iterable[Button]:
        yield Button(self.refuse_label, id="refuse", variant="error", compact=True)
        yield Button(self.approve_label, id="approve", variant="success", compact=True)

    def signers(self) -> tuple[Signature, ...]:
        return (self.seat.signature(self.query_one(PersonField).person, self.gate),)

    def approve(self, **values: str) -> None:
        """Give the answer, once it is the answer of whose turn it is, or of who knowingly stands in."""
        in_place = self._in_place()
        person = self.query_one(PersonField).person
        if in_place and person != self._stand_in:
            self._stand_in = person
            again = f"Press {self.approve_label} again and {person.label()} answers in their place"
            self.complain(f"This is for {self._whose()}. {again}; the report says so.")
        else:
            self.give(GateAnswer(answer="approved", by=self.signers(), values=values, reason=in_place))

    def _in_place(self) -> str:
        """What the record says of an answer that was somebody else's to give; empty where it was not."""
        signed_in = bool(self.seat.drill.state.participants)
        if not self.roles or not signed_in or self.query_one(PersonField).person.role in self.roles:
            return ""
        return f"in the place of the {' or '.join(self.roles)}"

    def _whose(self) -> str:
        holders = [person.name for person in self.seat.people() if person.role in self.roles]
        return f"the {' or '.join(self.roles)}, {', '.join(holders) or 'whom nobody signed in as'}"

    @on(Button.Pressed, "#refuse")
    def _refuse(self) -> None:
        self.ask_more(
            ReasonDialog("Refuse, and stop the drill here?", "Why? It goes into the report.", "Refuse"),
            self._refused,
        )

    def _refused(self, reason: str | None) -> None:
        if reason is not None:
            self.give(GateAnswer(answer="rejected", by=self.signers(), reason=reason))
