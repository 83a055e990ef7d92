"""Sign-in: who takes part in which role, guided or training, and the runbook's parameters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Footer, Static

from drill_tui.engine.record.events import ParticipantJoined
from drill_tui.runbook.load import LoadedRunbook
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Param
from drill_tui.runbook.requirements import lacking
from drill_tui.runbook.values import ParamError, choices_of, param_text, resolve_params
from drill_tui.tui.commands import bindings
from drill_tui.tui.order import DrillOrder, Proposal
from drill_tui.tui.sizes import WIDTHS
from drill_tui.tui.widgets.choice import Choice
from drill_tui.tui.widgets.own_keys import Button
from drill_tui.tui.widgets.typed import Input
from drill_tui.tui.words import line, muted

_MODES = (
    ("Guided – a real drill that counts", Mode.GUIDED),
    ("Training – with hints, never counts", Mode.TRAINING),
    ("Recovery – the day itself, no drill", Mode.RECOVERY),
)


class SignInScreen(Screen[None]):
    """Names are typed here and prove nobody's identity; the report says so."""

    BINDING_GROUP_TITLE = "Sign-in"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("sign_in"),
        # With priority, so that what is typed right behind it reaches the next field: other keys act only
        # after they went through the field's own queue.
        Binding("enter", "onward", "Next field", show=False, priority=True),
    ]
    HORIZONTAL_BREAKPOINTS = WIDTHS

    def __init__(
        self,
        loaded: LoadedRunbook,
        order: Callable[[DrillOrder], None],
        *,
        names: Sequence[str] = (),
        proposal: Proposal | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._loaded = loaded
        self._order = order
        self._names = names
        self._proposal = proposal or Proposal()
        self._environment = os.environ if environment is None else environment
        self._warned = ""

    def compose(self) -> ComposeResult:
        runbook = self._loaded.runbook
        yield Static(
            line((runbook.title, "bold $text-primary"), muted("  Who takes part?")),
            id="sign-in-head",
            markup=False,
        )
        with VerticalScroll(id="sign-in-body", can_focus=False):
            for role_id, role in runbook.roles.items():
                name = Input(
                    ", ".join(who for who, roles in self._proposal.people.items() if role_id in roles),
                    placeholder="name; several with commas" + (" (optional)" if role.optional else ""),
                    suggester=SuggestFromList(self._names, case_sensitive=False) if self._names else None,
                    id=f"role-{role_id}",
                    compact=True,
                )
                yield _row(role.title, name, role.doc)
            mode = Choice(self._modes(), chosen=self._proposal.mode, id="mode")
            yield _row("Mode", mode, "")
            shown = {k: p for k, p in runbook.params.items() if not (p.type == "secret" and p.env)}
            if shown:
                yield Static(
                    Content.styled("Parameters", "bold $text-secondary"), classes="heading", markup=False
                )
            for param_id, param in shown.items():
                given = self._proposal.params.get(param_id, "")
                yield _row(param_id, _param_field(param_id, param, given, self._preset(param)), param.doc)
        yield Static("", id="sign-in-complaint", markup=False)
        with Horizontal(id="sign-in-buttons"):
            yield Button("Back", id="back", compact=True)
            yield Button(
                f"Start the {'drill' if runbook.is_for_drills else 'recovery'}",
                id="start",
                variant="success",
                compact=True,
            )
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        inputs = self.query(Input)
        (inputs.first() if inputs else self.query_one("#start")).focus()
        self._complain("  ".join(self._doubts(self._params())))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return isinstance(self.focused, Input) if action == "onward" else True

    def action_onward(self) -> None:
        self.focus_next()

    def _modes(self) -> list[tuple[str, Mode]]:
        """Those of the runbook; where it has none for people, starting it says so."""
        usable = self._loaded.runbook.usable_modes
        return [(label, mode) for label, mode in _MODES if mode in usable] or list(_MODES[:1])

    def _misfits(self) -> Iterator[str]:
        """What the command line named and this runbook does not have."""
        runbook = self._loaded.runbook
        if self._proposal.mode is not Mode.GUIDED and (refusal := runbook.refuses(self._proposal.mode)):
            yield f"{refusal}."
        for name, roles in self._proposal.people.items():
            unknown = [role for role in roles if role not in runbook.roles]
            if unknown or not roles:
                known = ", ".join(runbook.roles) or "none"
                yield f"{name}: no role {', '.join(unknown)!r} here; there are {known}."
        for name, value in self._proposal.params.items():
            param = runbook.params.get(name)
            if param is None:
                yield f"There is no parameter {name!r}."
            elif choices_of(param) and value not in choices_of(param):
                yield f"{name} cannot be {value!r}, only {', '.join(choices_of(param))}."

    def _doubts(self, params: Mapping[str, str]) -> tuple[str, ...]:
        """What people may have good reasons to go on with."""
        missing = lacking(self._loaded, params, self._environment)
        return (*self._misfits(), *(f"{thing}." for thing in missing))

    def _unusable(self, params: Mapping[str, str]) -> tuple[str, ...]:
        """What would refuse the drill, as `prepare` refuses it."""
        try:
            resolve_params(self._loaded.runbook, params, self._environment, secrets=self._secrets())
        except ParamError as error:
            return error.sentences
        return ()

    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        people = self._people()
        missing = [
            role.title
            for role_id, role in self._loaded.runbook.roles.items()
            if not role.optional and not any(role_id in person.roles for person in people)
        ]
        if missing:
            self._complain(f"Still without a name: {', '.join(missing)}")
            return
        params = self._params()
        if unusable := "  ".join(self._unusable(params)):
            self._complain(unusable)
            return
        doubts = "  ".join(self._doubts(params))
        if doubts and doubts != self._warned:
            self._warned = doubts
            self._complain(f"{doubts}  Start once more to go on with what stands here.")
            return
        order = DrillOrder(
            runbook=self._loaded.path,
            mode=Mode(self.query_one("#mode", Choice).value),
            params=params,
            secrets=self._secrets(),
            participants=tuple(people),
        )
        self.dismiss(None)
        self._order(order)

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        self.dismiss(None)

    def _people(self) -> list[ParticipantJoined]:
        """Everybody once, with all their roles, in the order of the roles."""
        roles: dict[str, list[str]] = {}
        for role_id in self._loaded.runbook.roles:
            text = self.query_one(f"#role-{role_id}", Input).value
            for name in filter(None, (part.strip() for part in text.split(","))):
                roles.setdefault(name, []).append(role_id)
        return [ParticipantJoined(name=name, roles=tuple(held)) for name, held in roles.items()]

    def _secrets(self) -> dict[str, str]:
        """What was typed for those that no variable gives."""
        typed: dict[str, str] = {}
        for param_id, param in self._loaded.runbook.params.items():
            if param.type == "secret" and not param.env:
                typed[param_id] = self.query_one(f"#param-{param_id}", Input).value
        return {param_id: text for param_id, text in typed.items() if text}

    def _params(self) -> dict[str, str]:
        """Only what differs from what is preset, so that the runbook's own text is what is recorded."""
        given: dict[str, str] = {}
        for param_id, param in self._loaded.runbook.params.items():
            if param.type == "secret":
                continue
            field = self.query(f"#param-{param_id}")
            unseen = self._proposal.params.get(param_id, "")
            value = getattr(field.first(), "value", "") if field else unseen
            if isinstance(value, str) and value != self._preset(param) and value:
                given[param_id] = value
        return given

    def _preset(self, param: Param) -> str:
        """What the drill takes where nobody types anything: the value of its variable, else the default."""
        text = self._environment.get(param.env or "", _default(param))
        try:
            return param_text(param, text)
        except ValueError:
            return text

    def _complain(self, sentence: str) -> None:
        self.query_one("#sign-in-complaint", Static).update(sentence)


def _default(param: Param) -> str:
    if isinstance(param.default, bool):
        return str(param.default).lower()
    return "" if param.default is None else str(param.default)


def _param_field(param_id: str, param: Param, given: str, default: str) -> Widget:
    """Shows what was given on the command line, else the default."""
    choices = choices_of(param)
    if choices:
        value = next((text for text in (given, default) if text in choices), choices[0])
        return Choice([(choice, choice) for choice in choices], chosen=value, id=f"param-{param_id}")
    secret = param.type == "secret"
    return Input(given or ("" if secret else default), password=secret, id=f"param-{param_id}", compact=True)


def _row(label: str, field: Widget, explanation: str) -> Horizontal:
    return Horizontal(
        Static(label, classes="label", markup=False),
        field,
        Static(explanation, classes="explanation", markup=False),
        classes="field",
    )
