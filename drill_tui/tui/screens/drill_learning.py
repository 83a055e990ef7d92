"""The drill screen's training: hints one at a time, and a guess before the expected result."""

from __future__ import annotations

from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Step
from drill_tui.tui.dialogs.hint import HintDialog
from drill_tui.tui.dialogs.reason import WriteDialog, Written
from drill_tui.tui.screens.seated import SeatedScreen
from drill_tui.tui.seat import Person
from drill_tui.verdict.state import StepState


class DrillLearning(SeatedScreen):
    """What a trainee can do at a step."""

    def can_learn(self, action: str) -> bool:
        """Whether the step that is looked at still has a hint, or waits for a guess."""
        state = self.seat.drill.state
        step, plan = state.steps.get(self.looked_at or ""), self._plan()
        if state.started is None or state.started.mode is not Mode.TRAINING or step is None or plan is None:
            return False
        return len(step.hints_seen) < len(plan.hints) if action == "hint" else bool(plan.expect)

    def action_hint(self) -> None:
        """Show the next hint; the journal counts it, for the person who asked."""
        step, plan = self.seat.drill.state.steps.get(self.looked_at or ""), self._plan()
        if step is None or plan is None:
            return

        def asked(person: Person | None) -> None:
            if person is not None:
                self.seat.author = person
                self._show_hint(step, person)

        people = self.seat.people()
        if len({person.name for person in people}) == 1:
            self._show_hint(step, people[0])
        else:
            self.app.push_screen(HintDialog(step, len(plan.hints), self.seat), asked)

    def _show_hint(self, step: StepState, person: Person) -> None:
        following = next(i for i in range(len(step.hints_seen) + 1) if i not in step.hints_seen)
        if self.seat.control is not None:
            self.seat.control.hint(step.id, following, person.name)

    def action_guess(self) -> None:
        step = self.looked_at or ""
        plan = self._plan()
        role = plan.role if plan else None
        dialog = WriteDialog("Your guess", "What does a good result of this step look like?", self.seat, role)

        def written(guess: Written | None) -> None:
            if guess and self.seat.control:
                self.seat.author = guess.by
                self.seat.control.guess(step, guess.by.name, guess.text)

        self.app.push_screen(dialog, written)

    def _plan(self) -> Step | None:
        runbook = self.seat.drill.state.runbook
        steps = runbook.steps if runbook else ()
        return next((step for step in steps if step.id == self.looked_at), None)
