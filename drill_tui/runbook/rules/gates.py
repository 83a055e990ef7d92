"""Gates: each kind with what it needs, and nothing that it does not know."""

from __future__ import annotations

from collections.abc import Iterator

from drill_tui.runbook.model import Condition, Gate, NoteField, Runbook
from drill_tui.runbook.problems import Fault, YamlPath, nearest
from drill_tui.runbook.values import param_text, scalar_text


def gate_faults(runbook: Runbook) -> Iterator[Fault]:
    for index, step in enumerate(runbook.steps):
        if step.gate is not None:
            at: YamlPath = ("steps", index, "gate")
            yield from _kind_faults(step.gate, at)
            if step.gate.when is not None:
                yield from _condition_faults(step.gate.when, runbook, (*at, "when"))
            yield from _signer_faults(step.gate, runbook, at)
            for name, field in step.gate.fields.items():
                yield from _field_faults(field, (*at, "fields", name))


def _kind_faults(gate: Gate, at: YamlPath) -> Iterator[Fault]:
    if gate.kind == "type" and not gate.text:
        yield Fault((*at, "text"), "a `type` gate needs `text`: what must be typed", on_key=True)
    if gate.kind != "type" and gate.text is not None:
        yield Fault((*at, "text"), f"`text` is for `type` gates, this is a `{gate.kind}`", on_key=True)
    if gate.kind == "note" and not gate.fields:
        yield Fault((*at, "fields"), "a `note` gate needs `fields`", on_key=True)
    if gate.kind != "note" and gate.fields:
        yield Fault((*at, "fields"), f"`fields` are for `note` gates, this is a `{gate.kind}`", on_key=True)
    if gate.kind not in ("signoff", "type") and gate.min > 1:
        yield Fault((*at, "min"), "`min` is for `signoff` and `type` gates", on_key=True)
    if gate.kind == "type" and gate.min > 1:
        if not gate.distinct:
            yield Fault((*at, "distinct"), "who type the text are always different people", on_key=True)
        if gate.auto == "approve":
            yield Fault((*at, "auto"), f"{gate.min} people type this: nobody approves it unattended")
    if gate.identity is not None and not (gate.kind == "signoff" or (gate.kind == "type" and gate.min > 1)):
        why = "`identity` is for `signoff` gates, and `type` gates with `min`"
        yield Fault((*at, "identity"), why, on_key=True)


def _condition_faults(condition: Condition, runbook: Runbook, at: YamlPath) -> Iterator[Fault]:
    param = runbook.params.get(condition.param)
    if param is None:
        hint = nearest(condition.param, runbook.params)
        yield Fault((*at, "param"), f"there is no parameter {condition.param!r}", hint)
        return
    if param.type == "secret":
        yield Fault((*at, "param"), f"{condition.param} is a secret; what is asked would give it away")
        return
    try:
        param_text(param, scalar_text(condition.equals))
    except ValueError as error:
        yield Fault((*at, "is"), f"{condition.param} is never this: {error}")


def _signer_faults(gate: Gate, runbook: Runbook, at: YamlPath) -> Iterator[Fault]:
    for index, role in enumerate(gate.roles):
        if role not in runbook.roles:
            yield Fault((*at, "roles", index), f"there is no role {role!r}", nearest(role, runbook.roles))


def _field_faults(field: NoteField, at: YamlPath) -> Iterator[Fault]:
    if field.type == "choice" and not field.choices:
        yield Fault((*at, "choices"), "a choice needs `choices`", on_key=True)
    if field.type != "choice" and field.choices:
        yield Fault((*at, "choices"), f"`choices` are for `type: choice`, this is {field.type}", on_key=True)
    if field.auto is None:
        return
    if field.type == "actions":
        yield Fault((*at, "auto"), "`auto` is not for `actions`: nobody agrees on anything unattended")
    text = scalar_text(field.auto)
    fits = {
        "choice": text in field.choices,
        "int": type(field.auto) is int,
        "float": type(field.auto) in {int, float},
        "bool": type(field.auto) is bool,
    }
    if not fits.get(field.type, True):
        valid = f"one of {', '.join(field.choices)}" if field.type == "choice" else f"of type {field.type}"
        yield Fault((*at, "auto"), f"`auto: {text}` is not {valid}")
