"""The drill screen's pace; and its training: hints one at a time, a guess before the expected result."""

from __future__ import annotations

from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import LEAD, Step
from drill_tui.tui.dialogs.hint import HintDialog, NothingDialog
from drill_tui.tui.dialogs.reason import WriteDialog, Written
from drill_tui.tui.pace import coming_step, held
from drill_tui.tui.screens.drill_asks import DrillAsks
from drill_tui.tui.seat import Person
from drill_tui.tui.training import expect_is_open, is_training
from drill_tui.verdict.moments import PACES
from drill_tui.verdict.state import StepState

TRAINEE = "operator"
"""The role that probably asks and guesses at a step that is nobody's."""
_NOTHING = {"hint": "No hint", "guess": "No guess"}


def why_nothing(action: str, step: StepState | None) -> str:
    """Why nobody can ask for a hint, or guess, at this step."""
    if step is None:
        return "No step has begun yet."
    if step.ended is not None:
        return "This step is over. Enter goes on to the next one."
    if action == "hint":
        return "This step has no more hints." if step.hints_seen else "This step has no hints."
    return "What good looks like is on the card by now." if step.guesses else "This step asks for no guess."


class DrillLearning(DrillAsks):
    """What a trainee can do at a step."""

    _read: tuple[str | None, int] = (None, 0)
    """The step on the card, and how much people have added to it."""

    def action_answer(self) -> None:
        """Also goes on where the drill stands still; in training from comparing to reading first."""
        control = self.seat.control
        if self.seat.desk.question is not None or control is None or not held(self.seat.drill.state):
            super().action_answer()
        elif self._chosen is not None:
            self._chosen = None
            self.show_news()
        elif self.seat.comparing:
            self.seat.compared = self.seat.in_view
            self.show_news()
        else:
            self._go_on(self.seat.whose_turn(coming_step(self.seat.drill.state)))

    def _go_on(self, person: Person) -> None:
        if self.seat.control is not None:
            self.seat.control.resume(person.name, person.role)

    @property
    def can_run_through(self) -> bool:
        """A training is there for its stops."""
        return self.seat.pace is not None and self.seat.pace.mode is not Mode.TRAINING

    def action_run_through(self) -> None:
        """Stop no more before each step; the same key asks for the stops again."""
        pace, control = self.seat.pace, self.seat.control
        if pace is None or control is None:
            return
        pace.running_through = not pace.running_through
        if not pace.running_through:
            self.notify("The drill stops before each step again", markup=False)
            return
        self.notify("The drill runs through; c stops before each step again", markup=False)
        if control.pausing_by in PACES:
            self._chosen = None
            self._go_on(self.seat.holder((LEAD,)))

    def show_card_as_it_is_read(self) -> None:
        """Give reading its room, and begin at the top of a step, where what was just added is."""
        state, step = self.seat.drill.state, self.seat.drill.state.steps.get(self.looked_at or "")
        asked = held(state) or self.seat.desk.question is not None
        self.set_class(is_training(state) and self.seat.control is not None and asked, "-reading")
        if step is None:
            return
        read = step.id, len(step.hints_seen) + len(step.guesses)
        if read != self._read:
            self.query_one("#card-scroll").scroll_home(animate=False)
        self._read = read

    def can_learn(self, action: str) -> bool:
        """Whether the step that is looked at still has a hint, or waits for a guess."""
        state = self.seat.drill.state
        step, plan = state.steps.get(self.looked_at or ""), self._plan()
        if not is_training(state) or step is None or plan is None:
            return False
        if action == "hint":
            return len(step.hints_seen) < len(plan.hints) and step.ended is None
        return bool(plan.expect) and not expect_is_open(state, step)

    def _can_learn_now(self, action: str) -> bool:
        """While people compare, the step to come is meant.  Says why where there is nothing to ask for.

        That is a dialog, so that what somebody types on, thinking of a guess, is no command of the drill.
        """
        if self.seat.comparing and self._chosen is None:
            self.seat.compared = self.seat.in_view
            self.show_news()
        if self.can_learn(action):
            return True
        step = self.seat.drill.state.steps.get(self.looked_at or "")
        self.app.push_screen(NothingDialog(_NOTHING[action], why_nothing(action, step), step))
        return False

    def action_hint(self) -> None:
        """Show the next hint; the journal counts it, for the person who asked."""
        if not self._can_learn_now("hint"):
            return
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
            self.app.push_screen(HintDialog(step, len(plan.hints), self.seat, step.role or TRAINEE), asked)

    def _show_hint(self, step: StepState, person: Person) -> None:
        following = next(i for i in range(len(step.hints_seen) + 1) if i not in step.hints_seen)
        if self.seat.control is not None:
            self.seat.control.hint(step.id, following, person.name)

    def action_guess(self) -> None:
        if not self._can_learn_now("guess"):
            return
        step = self.looked_at or ""
        plan = self._plan()
        role = (plan.role if plan else None) or TRAINEE
        dialog = WriteDialog(
            f"Your guess  {plan.title if plan else step}",
            "What does a good result of this step look like?",
            self.seat,
            role,
        )

        def written(guess: Written | None) -> None:
            if guess and self.seat.control:
                self.seat.author = guess.by
                self.seat.control.guess(step, guess.by.name, guess.text)

        self.app.push_screen(dialog, written)

    def _plan(self) -> Step | None:
        runbook = self.seat.drill.state.runbook
        steps = runbook.steps if runbook else ()
        return next((step for step in steps if step.id == self.looked_at), None)
