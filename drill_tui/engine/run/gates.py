"""Gates: how they are asked, what counts as an answer, and who answers when nobody is there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from drill_tui.engine.ports import Failure, FailureAnswer, GateAnswer
from drill_tui.engine.record.agreed import read_agreed
from drill_tui.engine.record.events import GateField, GateOpened, Signature
from drill_tui.engine.run.lookup import NoValueError, Values, params_now
from drill_tui.engine.run.plan import DrillSetup
from drill_tui.engine.run.run_state import RunState
from drill_tui.runbook.model import Gate, Runbook, Scalar, Step
from drill_tui.runbook.values import holds, scalar_text

POLICY = "policy:auto"
APPROVED, REJECTED, EXPIRED, CANCELLED = "approved", "rejected", "expired", "cancelled"
_FIELD_FORMS = {
    "int": (r"[-+]?\d+", "a whole number"),
    "float": (r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", "a number"),
    "bool": ("true|false", "true or false"),
}
LOGIN = "login"
"""Attests that the kernel has said which login a signature is of."""
NOBODY = frozenset({"policy", "flag"})
"""Attestations that stand for no person, and so are not counted by name."""


def gate_of(setup: DrillSetup, state: RunState, step: Step) -> Gate | None:
    """What is asked before this step, with the parameters that the drill has now."""
    gate = step.gate
    if gate is None or (gate.when and not holds(gate.when, setup.book, params_now(setup, state))):
        return None
    return gate


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A gate ahead that nobody would answer headless."""

    step: str
    kind: str
    text: str
    """What must be typed; empty where nothing is, or where only a step that has not run will tell."""
    people: int = 1
    """How many must type it."""

    @property
    def problem(self) -> str:
        if self.people > 1:
            return f"step {self.step} goes on only when {self.people} people have typed its text"
        if self.kind != "type":
            return f"the gate of step {self.step} has no `auto:`, and nobody is there to answer it"
        return f"step {self.step} goes on only when somebody types {self.text or 'its text'}"

    @property
    def advice(self) -> str:
        if self.people > 1:
            return "Run it in the terminal, with them."
        if self.kind != "type":
            return "Say `auto: approve` or `auto: fail` at this gate, or run the drill guided."
        return f"If you mean it: --confirm {shlex.quote(self.text) if self.text else 'TEXT'}"


def unanswered(
    setup: DrillSetup, confirmations: Collection[str], state: RunState | None = None
) -> list[Unanswered]:
    """The gates ahead of a headless drill, or of one that goes on from `state`, that it would hang at.

    A `type` gate without a policy is answered by a confirmation that is exactly its text.
    """
    state = state or RunState()
    values, found = Values(setup, state), []
    for step in setup.book.steps:
        gate, run = gate_of(setup, state, step), state.step(step.id)
        if gate is None or gate.auto is not None or not setup.takes_place(step):
            continue
        if run.ended is not None or run.gate_passed:
            continue
        text, people = text_ahead(gate, values), gate.min if gate.kind == "type" else 1
        told = text in confirmations or (text == "" and confirmations)
        if gate.kind != "type" or people > 1 or not told:
            found.append(Unanswered(step.id, gate.kind, text, people))
    return found


def text_ahead(gate: Gate, values: Values) -> str:
    """What must be typed; empty where only a step that has not run will tell."""
    try:
        return values.fill(gate.text or "")
    except NoValueError:
        return ""


def opened(step_id: str, gate: Gate, fill: Callable[[Scalar], str]) -> GateOpened:
    """The gate as it is asked."""
    return GateOpened(
        step=step_id,
        kind=gate.kind,
        prompt=fill(gate.prompt),
        roles=gate.roles,
        min=gate.min,
        distinct=gate.distinct,
        text=fill(gate.text) if gate.text is not None else "",
        fields=tuple(
            GateField(
                id=name, label=field.label, type=field.type, choices=field.choices, required=field.required
            )
            for name, field in gate.fields.items()
        ),
        timeout_s=gate.timeout,
        identity=gate.identity or "",
    )


def objection(gate: GateOpened, answer: GateAnswer) -> str:
    """Why an approval does not count; empty when it does."""
    if gate.kind == "type":
        return _typed_objection(gate, answer)
    if gate.kind == "signoff":
        return _signoff_objection(gate, answer.by)
    if gate.kind == "note":
        return "; ".join(filter(None, (field_objection(f, answer.values.get(f.id)) for f in gate.fields)))
    return ""


def typed_fields(people: int) -> tuple[str, ...]:
    """Under which names the values of an answer hold what each of them typed: `text`, `text_2`, …"""
    return ("text", *(f"text_{number}" for number in range(2, people + 1)))


def _typed_objection(gate: GateOpened, answer: GateAnswer) -> str:
    """Where several people type, a text on the command line stands for none of them."""
    typed = [answer.values[name] for name in typed_fields(gate.min) if name in answer.values]
    if not typed or any(text != gate.text for text in typed):
        return "what was typed is not what was asked for"
    if gate.min == 1:
        return ""
    return _too_few(gate, [s for s in answer.by[: len(typed)] if s.attested not in NOBODY], "typed")


def _signoff_objection(gate: GateOpened, by: Collection[Signature]) -> str:
    return "" if any(signature.attested in NOBODY for signature in by) else _too_few(gate, by, "signed")


def _too_few(gate: GateOpened, by: Collection[Signature], did: str) -> str:
    people = counted(gate, by)
    if people >= gate.min:
        return ""
    who = f" as {' or '.join(gate.roles)}" if gate.roles else ""
    how = ", each from a login of their own" if gate.identity == LOGIN else ""
    return f"{did} by {people} of {gate.min} people{who}{how}"


def counted(gate: GateOpened, by: Collection[Signature]) -> int:
    """How many people these signatures stand for.  One login is one person, whatever it is called."""
    known = (
        s
        for s in by
        if s.name.strip()
        and (not gate.roles or s.role in gate.roles)
        and (gate.identity != LOGIN or s.attested == LOGIN)
    )
    once = gate.distinct or gate.identity == LOGIN
    people, names, uids = 0, set[str](), set[int]()
    for signature in known:
        name = signature.name.strip().casefold()
        if once and (name in names or signature.uid in uids):
            continue
        people += 1
        names.add(name)
        if signature.uid is not None:
            uids.add(signature.uid)
    return people


def field_objection(field: GateField, value: str | None) -> str:
    """Why a value does not fill the field; empty when it does."""
    if value is None or not value.strip():
        return f"{field.label} is required" if field.required else ""
    if field.type == "actions":
        try:
            read_agreed(value)
        except ValueError as error:
            return f"{field.label}, {error}"
        return ""
    if field.type == "choice":
        fits, wanted = value in field.choices, f"one of {', '.join(field.choices)}"
    else:
        pattern, wanted = _FIELD_FORMS.get(field.type, (".*", "text"))
        fits = re.fullmatch(pattern, value.strip(), re.DOTALL) is not None
    return "" if fits else f"{field.label} must be {wanted}"


class AutoOperator:
    """Answers by the runbook's `auto` policy, never as a person; leaves failures to `on_failure`.

    `confirmations` are texts given on the command line for type-to-confirm gates; `answers` are fields of
    note gates, by step and field.
    """

    def __init__(
        self,
        runbook: Runbook,
        now: Callable[[], float],
        confirmations: Collection[str] = (),
        answers: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self._gates = {step.id: step.gate for step in runbook.steps if step.gate is not None}
        self._now = now
        self._confirmations = confirmations
        self._answers = answers or {}

    async def decide(self, gate: GateOpened) -> GateAnswer:
        policy = self._gates[gate.step]
        if gate.kind == "type" and gate.text in self._confirmations:
            return GateAnswer(answer=APPROVED, by=(self._signature("flag"),), values={"text": gate.text})
        if policy.auto != "approve":
            wanted = f"; approve it with --confirm {gate.text}" if gate.kind == "type" else ""
            why = "the runbook says auto: fail" if policy.auto else "the runbook has no policy for it"
            return GateAnswer(answer=REJECTED, by=(self._signature("policy"),), reason=f"{why}{wanted}")
        values = {"text": gate.text} if gate.kind == "type" else self._field_values(gate.step, policy)
        return GateAnswer(answer=APPROVED, by=(self._signature("policy"),), values=values)

    async def on_failure(self, failure: Failure) -> FailureAnswer | None:
        return None

    async def may_rerun(self, step: str) -> bool:
        return False

    def _field_values(self, step: str, gate: Gate) -> dict[str, str]:
        values = {name: scalar_text(f.auto) for name, f in gate.fields.items() if f.auto is not None}
        given = {name: text for (owner, name), text in self._answers.items() if owner == step}
        return values | given

    def _signature(self, attested: str) -> Signature:
        return Signature(name=POLICY, role="", at=self._now(), via="auto", attested=attested)
