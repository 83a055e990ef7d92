"""What a runbook says of built-in actions, checked against the ones that exist."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Protocol

from drill_tui.runbook.model import Action, Runbook
from drill_tui.runbook.problems import Fault, YamlPath, nearest
from drill_tui.runbook.uses_of_values import references_of
from drill_tui.runbook.vocabulary import declared_outputs


class ActionFacts(Protocol):
    """What a check needs to know of an action; `engine.ports.ActionSpec` has it."""

    @property
    def parameters(self) -> Mapping[str, str]: ...
    @property
    def required(self) -> Set[str]: ...
    @property
    def outputs(self) -> Mapping[str, str]: ...


def action_faults(runbook: Runbook, actions: Mapping[str, ActionFacts]) -> list[Fault]:
    """Unknown actions, arguments that they do not take or lack, and outputs that they do not give."""
    found: list[Fault] = []
    for section in ("steps", "cleanup"):
        for index, step in enumerate(getattr(runbook, section)):
            if step.uses is not None:
                found += _call_faults(step, actions, (section, index))
    return found + _output_faults(runbook, actions)


def _call_faults(step: Action, actions: Mapping[str, ActionFacts], at: YamlPath) -> list[Fault]:
    action = actions.get(step.uses or "")
    if action is None:
        return [Fault((*at, "uses"), f"there is no action {step.uses!r}", nearest(step.uses or "", actions))]
    unknown = [
        Fault(
            (*at, "with", name),
            f"{step.uses} takes no {name!r}",
            nearest(name, action.parameters),
            on_key=True,
        )
        for name in step.arguments
        if name not in action.parameters
    ]
    missing = [
        Fault((*at, "uses"), f"{step.uses} needs `with: {{{name}: …}}`", action.parameters.get(name, ""))
        for name in sorted(action.required - set(step.arguments))
    ]
    return unknown + missing


def _output_faults(runbook: Runbook, actions: Mapping[str, ActionFacts]) -> list[Fault]:
    found = []
    by_id = {step.id: step for step in runbook.steps}
    for at, reference in references_of(runbook):
        step = by_id.get(reference.step or "")
        action = actions.get(step.uses or "") if step else None
        if step is None or action is None or reference.output is None:
            continue
        names = {*declared_outputs(step), *action.outputs}
        if reference.output not in names:
            message = f"step {step.id} ({step.uses}) has no output {reference.output!r}"
            found.append(Fault(at, message, nearest(reference.output, names)))
    for index, step in enumerate(runbook.steps):
        action = actions.get(step.uses or "")
        if action is not None:
            found += _check_faults(step.id, action, runbook, index)
    return found


def _check_faults(step_id: str, action: ActionFacts, runbook: Runbook, index: int) -> list[Fault]:
    step = runbook.steps[index]
    names = {*declared_outputs(step), *action.outputs}
    return [
        Fault(
            ("steps", index, "check", number, "that"),
            f"{step_id} has no output {check.that!r}",
            nearest(check.that, names),
        )
        for number, check in enumerate(step.check)
        if check.that not in names
    ]
