"""Answers given on the command line that no gate of the runbook would take."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from shlex import quote

from drill_tui.engine.record.events import GateField
from drill_tui.engine.run.gates import field_objection, text_ahead
from drill_tui.engine.run.lookup import Values
from drill_tui.engine.run.plan import DrillSetup
from drill_tui.engine.run.run_state import RunState
from drill_tui.runbook.problems import nearest


@dataclass(frozen=True, slots=True)
class Stray:
    """Why an answer goes nowhere, and what was probably meant."""

    problem: str
    advice: str


def stray_confirmations(
    setup: DrillSetup, confirmations: Collection[str], state: RunState | None = None
) -> Iterator[Stray]:
    """Texts that no type-to-confirm gate of this mode asks for, whatever the parameters are.

    Where only a step that has not run will tell a gate's text, any text may be the one.
    """
    values = Values(setup, state or RunState())
    texts = {
        text_ahead(step.gate, values): step.id
        for step in setup.book.steps
        if step.gate is not None and step.gate.kind == "type" and setup.takes_place(step)
    }
    if "" in texts:
        return
    for given in confirmations:
        if not texts:
            yield Stray(f"--confirm {given}: the runbook {setup.book.id} has no gate to type it at", "")
        elif given not in texts:
            asked = ", ".join(f"--confirm {quote(text)} (step {step})" for text, step in texts.items())
            yield Stray(f"--confirm {given}: no gate asks for that text", f"The runbook knows: {asked}")


def stray_fields(setup: DrillSetup, answers: Mapping[tuple[str, str], str]) -> Iterator[Stray]:
    """Fields that no note gate of this mode has, and values that their field does not take."""
    steps = {step.id: step for step in setup.book.steps}
    asked = {f"{step.id}.{name}" for step in steps.values() if step.gate for name in step.gate.fields}
    for (owner, name), value in answers.items():
        given = f"--answer {owner}.{name}"
        step = steps.get(owner)
        field = step.gate.fields.get(name) if step is not None and step.gate is not None else None
        if step is None or field is None:
            hint = nearest(f"{owner}.{name}", asked)
            advice = hint[:1].upper() + hint[1:] if hint else "Leave it out."
            yield Stray(f"{given}: the runbook {setup.book.id} has no such field", advice)
        elif not setup.takes_place(step):
            why = f"step {owner} takes place only in mode {' or '.join(step.only)}"
            yield Stray(f"{given}: {why}", "Leave it out.")
        else:
            wanted = GateField(
                id=name, label=name, type=field.type, choices=field.choices, required=field.required
            )
            if objection := field_objection(wanted, value):
                yield Stray(f"{given}: {objection}", "")
