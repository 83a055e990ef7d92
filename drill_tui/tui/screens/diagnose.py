"""Saying what is broken: one of what is offered, and in one's own words what one would do."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from drill_tui.engine.text.sanitise import one_line
from drill_tui.faults.practice.scenario import Diagnosis
from drill_tui.faults.practice.session import Practice
from drill_tui.tui.commands import bindings
from drill_tui.tui.dialogs.dialog import text_box
from drill_tui.tui.widgets.own_keys import act_here
from drill_tui.tui.widgets.practice_banner import PracticeBanner


class Diagnoses(OptionList):
    """Moves by what was pressed while it had the focus, also where that has gone on already."""

    async def on_key(self, event: events.Key) -> None:
        await act_here(self, event)


class DiagnoseScreen(Screen[tuple[Diagnosis, str] | None]):
    """Gives the diagnosis and the words, or None."""

    BINDING_GROUP_TITLE = "Diagnosis"
    BINDINGS = bindings("diagnose")

    def __init__(self, practice: Practice) -> None:
        super().__init__()
        self._practice = practice

    def compose(self) -> ComposeResult:
        yield PracticeBanner()
        with Vertical(id="diagnose-body"):
            yield Static("What is broken?", classes="heading", markup=False)
            yield Diagnoses(
                *(Option(diagnosis.says) for diagnosis in self._practice.offered),
                id="diagnoses",
                markup=False,
            )
            yield Static("What would you do?", classes="heading", markup=False)
            yield text_box("in your own words; you compare it afterwards", id="would-do")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(PracticeBanner).show(self._practice.scenario.title)
        options = self.query_one(OptionList)
        options.highlighted = 0
        self.set_focus(options)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter goes on from the list; in the field it is the field's own."""
        return action != "to_words" or not isinstance(self.focused, Input)

    def action_to_words(self) -> None:
        self.set_focus(self.query_one("#would-do", Input))

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_to_words()

    @on(Input.Submitted)
    def _written(self) -> None:
        self.action_say()

    def action_say(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None:
            words = one_line(self.query_one("#would-do", Input).value.strip())
            self.dismiss((self._practice.offered[place], words))

    def action_back(self) -> None:
        self.dismiss(None)
