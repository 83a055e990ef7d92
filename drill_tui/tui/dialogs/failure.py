"""A step has failed: retry (also with other values), open a shell, continue with a reason, or abort."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from drill_tui.engine.ports import Failure, FailureAnswer
from drill_tui.runbook.model import LEAD
from drill_tui.tui.dialogs.dialog import Dialog, PersonField, labelled
from drill_tui.tui.dialogs.params import ParamsDialog
from drill_tui.tui.dialogs.reason import ReasonDialog, Written
from drill_tui.tui.dialogs.stop import StopDialog
from drill_tui.tui.seat import Seat
from drill_tui.tui.widgets.own_keys import Button
from drill_tui.tui.words import lines

_CONTINUE_MEANS = "Continue leaves it failed and its criteria unproven."


class FailureDialog(Dialog[FailureAnswer | None]):
    """Nothing is chosen in advance but to look again: the first button retries."""

    tone = "error"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "choose('retry')", "Retry", id="failure.retry"),
        Binding("v", "choose('values')", "Values", id="failure.values"),
        Binding("s", "choose('shell')", "Shell", id="failure.shell"),
        Binding("c", "choose('continue')", "Continue", id="failure.continue"),
        Binding("b", "choose('abort')", "Abort", id="failure.abort"),
    ]

    def __init__(
        self,
        failure: Failure,
        seat: Seat,
        tail: Sequence[str],
        open_shell: Callable[[Failure], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._failure, self._seat, self._tail, self._open_shell = failure, seat, tail, open_shell
        step = seat.drill.state.steps.get(failure.step)
        self._title = step.title if step else failure.step
        self.set_class(bool(failure.params), "-with-values")

    def title_words(self) -> str:
        what = "Gone, what this step relies on" if self._failure.starts_over else "Failed"
        return f"✗ {what}: {self._title}"

    def _retry_means(self) -> str:
        steps = self._seat.drill.state.steps
        again = [steps[step].title if step in steps else step for step in self._failure.starts_over]
        if not again:
            return "Retry keeps this attempt in the report."
        return f"r makes it anew, and goes again through: {', '.join(again)}."

    def body(self) -> Iterable[Widget]:
        told = self._failure.exit_code is None or str(self._failure.exit_code) in self._failure.reason
        code = "" if told else f" (exit {self._failure.exit_code})"
        yield Static(f"{self._failure.reason}{code}", id="failure-reason", markup=False)
        if self._tail:
            yield Static(lines(*self._tail), id="failure-tail", markup=False)
        yield Static(f"{self._retry_means()} {_CONTINUE_MEANS}", classes="muted", markup=False)
        yield labelled("Decided by", PersonField(self._seat, LEAD))

    def buttons(self) -> Iterable[Button]:
        for name, label, variant in (
            ("retry", "r Start a new one" if self._failure.starts_over else "r Retry", "primary"),
            *((("values", "v Values…", "default"),) if self._failure.params else ()),
            ("shell", "s Shell", "default"),
            ("continue", "c Continue…", "warning"),
            ("abort", "b Abort…", "error"),
        ):
            yield Button(label, id=name, variant=variant, compact=True)

    def on_mount(self) -> None:
        self.query_one("#retry").focus()

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        await self.action_choose(event.button.id or "")

    async def action_choose(self, choice: str) -> None:
        if choice == "shell":
            await self._open_shell(self._failure)
        elif choice == "values":
            self._ask_for_values()
        elif choice == "abort":
            self.ask_more(StopDialog(self._seat), self._abort)
        elif choice == "continue":
            self.ask_more(
                ReasonDialog(
                    "Continue after a failure?", "Why? The step stays failed in the report.", "Continue"
                ),
                self._continue,
            )
        else:
            self._answer(choice)

    def _ask_for_values(self) -> None:
        runbook = self._seat.drill.state.runbook
        if runbook is not None and self._failure.params:
            dialog = ParamsDialog(self._title, self._failure.params, runbook.params)
            self.ask_more(dialog, self._retry_with)

    def _retry_with(self, params: dict[str, str] | None) -> None:
        if params:
            by = self.query_one(PersonField).person.name
            self.give(FailureAnswer(choice="retry", by=by, params=params))

    def _continue(self, reason: str | None) -> None:
        if reason:
            self._answer("continue", reason)

    def _abort(self, decision: Written | None) -> None:
        if decision:
            self.give(FailureAnswer(choice="abort", by=decision.by.name, reason=decision.text))

    def _answer(self, choice: str, reason: str = "") -> None:
        person = self.query_one(PersonField).person
        self.give(FailureAnswer(choice=choice, by=person.name, reason=reason))
