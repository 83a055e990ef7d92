"""The drill screen's questions to people: gates, failures, notes, pauses, stopping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual import on

from drill_tui.engine.ports import Failure, FailureAnswer, GateAnswer
from drill_tui.engine.record.events import NoteAdded, RoleHandedOver
from drill_tui.engine.record.people import HAND
from drill_tui.runbook.model import LEAD
from drill_tui.tui.desk import FailureQuestion, GateQuestion, Question
from drill_tui.tui.dialogs.dialog import Dialog
from drill_tui.tui.dialogs.failure import FailureDialog
from drill_tui.tui.dialogs.gate import GateDialog
from drill_tui.tui.dialogs.gates import gate_dialog
from drill_tui.tui.dialogs.hand_over import HandOverDialog
from drill_tui.tui.dialogs.reason import ReasonDialog, WriteDialog, Written
from drill_tui.tui.dialogs.stop import YesNoDialog
from drill_tui.tui.outside import OutsideError, run_outside, shell_command, shell_environment
from drill_tui.tui.roles import Handover, Held, held_roles, known_name
from drill_tui.tui.screens.seated import SeatedScreen
from drill_tui.tui.widgets.question_bar import QuestionBar
from drill_tui.verdict.wording import handover_words, sentence

_TAIL_LINES = 6
_TOLD_S = 15
"""How long it stands there what others did: people look elsewhere, and a seat on a busy host draws late."""


class DrillAsks(SeatedScreen):
    """Opens dialogs, and closes the one whose question was withdrawn."""

    _rung_for: Question | None = None
    _shown: Question | None = None
    """The question whose dialog has been open, perhaps put aside."""
    _open_for: Question | None = None
    _open: Dialog[Any] | None = None
    """The dialog of that question."""
    _handovers = 0
    """How many roles had been handed over when that dialog was opened."""
    _people_told = 0
    """How many records were looked through for raised hands and roles."""

    def question_changed(self) -> None:
        """The desk has a new question, or the old one is gone."""
        if self.has_widgets:
            self.call_after_refresh(self.note_question)
            self.query_one(QuestionBar).show(self.seat, self.seat.now())
            self.offer_keys()

    def note_question(self) -> None:
        """Ring once and open the dialog of a new question; close the dialog of a withdrawn one.

        It waits while something else is open: somebody may be typing there.
        """
        if not self.has_widgets:
            return
        question = self.seat.desk.question
        if self._open_for is not None and question is not self._open_for:
            self._withdraw()
        if isinstance(self._open, GateDialog) and self._handovers != len(self.seat.drill.state.handovers):
            self._withdraw()  # it offers who had a role before
            self._shown = None
        if question is not None and question is not self._rung_for:
            self._rung_for = question
            self.app.bell()
        if question is None or not self.seat.can_answer(question):
            return
        if question is not self._shown and self.is_active:
            self._put(question, by_itself=True)

    def action_answer(self) -> None:
        question = self.seat.desk.question
        if question is not None and self._open_for is not question and self.seat.can_answer(question):
            self._put(question)

    def _put(self, question: Question, *, by_itself: bool = False) -> None:
        dialog: Dialog[Any] = self._dialog(question)
        if by_itself:
            dialog.opened_by_itself(self.seat.now)
        self._shown = self._open_for = question
        self._open, self._handovers = dialog, len(self.seat.drill.state.handovers)
        self.app.push_screen(dialog, lambda answer: self._answered(question, answer))

    @on(QuestionBar.Clicked)
    def _bar_clicked(self) -> None:
        self.action_answer()

    def gate_dialog(self, kind: str) -> type[GateDialog]:
        """What opens for a gate of this kind."""
        return gate_dialog(kind)

    def _dialog(
        self, question: Question
    ) -> Dialog[GateAnswer | None] | Dialog[FailureAnswer | None] | YesNoDialog:
        if isinstance(question, GateQuestion):
            return self.gate_dialog(question.gate.kind)(question.gate, self.seat)
        if isinstance(question, FailureQuestion):
            tail = self.seat.drill.log_of(question.failure.step).tail(_TAIL_LINES)
            return FailureDialog(question.failure, self.seat, tail, self.shell_after_failure)
        words = (
            "The process died while it ran, and the runbook does not say that it may run twice (idempotent). "
            "What it had begun may still be there. Without a yes the run ends here, after its cleanup."
        )
        step = self.seat.drill.state.steps.get(question.step)
        return YesNoDialog(f"Run “{step.title if step else question.step}” again?", words, "Run it again")

    def _answered(self, question: Question, answer: object) -> None:
        if self._open_for is question:
            self._open_for = self._open = None
        if isinstance(answer, GateAnswer | FailureAnswer | bool):
            self.seat.desk.answer(question, answer, _who(answer))

    def _withdraw(self) -> None:
        """What the open dialog asks is no longer asked; whatever else people have open stays."""
        dialog, question = self._open, self._open_for
        self._open_for = self._open = None
        if dialog is not None:
            dialog.withdraw()
            if who := self.seat.desk.who_answered(question):
                self.notify(f"Answered by {who}", timeout=_TOLD_S, markup=False)

    def action_note(self) -> None:
        dialog = WriteDialog("Note", "It goes into the report with the clock and your name.", self.seat)
        step = self.looked_at or ""

        def written(note: Written | None) -> None:
            if note and self.seat.control:
                self.seat.author = note.by
                self.seat.control.note(note.by.name, note.text, step)

        self.app.push_screen(dialog, written)

    def action_pause(self) -> None:
        control = self.seat.control
        if control is None:
            return
        if control.pausing:
            control.resume(self.seat.likely(LEAD).name)
            return

        def given(reason: str | None) -> None:
            if reason:
                control.pause(self.seat.likely(LEAD).name, reason)
                self.notify("The drill pauses before its next step; the wall clock runs on", markup=False)

        self.app.push_screen(
            ReasonDialog("Pause the drill?", "Why? It goes into the report.", "Pause"), given
        )

    def action_hand_over(self) -> None:
        self.ask_for_handover(held_roles(self.seat))

    def ask_for_handover(self, held: list[Held]) -> None:
        """Of these roles."""

        def given(handover: Handover | None) -> None:
            if handover is not None:
                self.hand_over(handover)

        if held:
            self.app.push_screen(HandOverDialog(self.seat, held), given)

    def hand_over(self, handover: Handover) -> None:
        if self.seat.control is not None:
            held, to = handover.held, known_name(self.seat, handover.to)
            self.seat.control.hand_over(held.role, held.name, to, handover.by)

    def tell_people(self) -> None:
        """Show who has raised a hand, and which role went to whom, since this screen is here, once."""
        records = self.seat.drill.records
        for record in records[self._people_told :]:
            event = record.event
            if record.at < self.since:
                continue
            if isinstance(event, NoteAdded) and event.kind == HAND:
                self.app.bell()
                self.notify(event.text, title=f"{event.by} raises a hand", timeout=_TOLD_S, markup=False)
            elif isinstance(event, RoleHandedOver):
                words = handover_words(event.role, event.had, event.has, event.by)
                self.notify(sentence(words), title="A role was handed over", timeout=_TOLD_S, markup=False)
        self._people_told = len(records)

    async def action_abort(self) -> None:
        await self.run_action("app.leave")

    async def action_result(self) -> None:
        await self.run_action("app.show_result")

    async def action_shell(self) -> None:
        question = self.seat.desk.question
        if isinstance(question, FailureQuestion):
            await self.shell_after_failure(question.failure)
            return
        step = self.seat.drill.state.steps.get(self.looked_at or "")
        await self._shell(self.looked_at or "", dict(step.env) if step else {}, None)

    async def shell_after_failure(self, failure: Failure) -> None:
        await self._shell(failure.step, dict(failure.environment), failure)

    async def _shell(self, step: str, variables: dict[str, str], failure: Failure | None) -> None:
        control, started = self.seat.control, self.seat.drill.state.started
        if control is None or started is None:
            return
        environment = dict(variables) if failure else shell_environment({}) | variables
        directory = failure.working_dir if failure else Path(started.project_dir)
        greeting = (
            f"\nThis is a shell with the environment of {step}. The drill's clock runs on. `exit` comes back."
        )
        control.shell_opened(step, self.seat.likely("operator").name)
        code = -1
        try:
            code = await run_outside(
                self.app,
                shell_command(environment),
                environment=environment,
                directory=directory,
                greeting=greeting,
            )
        except OutsideError as error:
            self.notify(f"No shell: {error}", severity="error", markup=False)
        finally:
            control.shell_closed(step, code)


def _who(answer: GateAnswer | FailureAnswer | bool) -> str:
    if isinstance(answer, GateAnswer):
        return ", ".join(signature.name for signature in answer.by)
    return answer.by if isinstance(answer, FailureAnswer) else ""
