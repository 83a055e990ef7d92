"""What the failed step is given: one value is changed, and the step is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from drill_tui.runbook.model import Param
from drill_tui.runbook.values import choices_of, given_text
from drill_tui.tui.dialogs.dialog import Dialog, labelled, text_box
from drill_tui.tui.widgets.choice import Choice
from drill_tui.tui.widgets.own_keys import Button


class ParamsDialog(Dialog[dict[str, str] | None]):
    """Gives the parameters that have another value now; None when people changed their mind."""

    tone = "warning"

    def __init__(self, title: str, values: Mapping[str, str], params: Mapping[str, Param]) -> None:
        super().__init__()
        self._title, self._values, self._params = title, values, params

    def title_words(self) -> str:
        return f"Other values for: {self._title}"

    def body(self) -> Iterable[Widget]:
        said = (
            "Steps before it keep what they had. The change goes into the report, for the rest of the drill."
        )
        yield Static(said, classes="muted", markup=False)
        for name, value in self._values.items():
            yield labelled(name, self._field(name, value))

    def buttons(self) -> Iterable[Button]:
        yield Button("Back", id="back", compact=True)
        yield Button("Change, retry", id="go", variant="warning", compact=True)

    def on_mount(self) -> None:
        self.query_one(f"#value-{next(iter(self._values))}").focus()

    def _field(self, name: str, value: str) -> Widget:
        choices = choices_of(self._params[name])
        if choices:
            return Choice([(c, c) for c in choices], chosen=value, id=f"value-{name}")
        meaning = " ".join(self._params[name].doc.split())
        field = text_box(meaning or self._params[name].type, id=f"value-{name}")
        field.value = value
        return field

    def _typed(self, name: str) -> str:
        field = self.query_one(f"#value-{name}")
        return str(field.value) if isinstance(field, Choice | Input) else ""

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.give(None)

    @on(Button.Pressed, "#go")
    @on(Input.Submitted)
    def _go(self) -> None:
        changed: dict[str, str] = {}
        for name, value in self._values.items():
            typed = self._typed(name)
            if typed == value:
                continue
            try:
                changed[name] = given_text(self._params[name], typed)
            except ValueError as error:
                self.complain(f"{name}: {error}.")
                return
        if changed:
            self.give(changed)
        else:
            self.complain("Nothing has another value yet.")
