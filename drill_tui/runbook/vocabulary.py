"""Which names a runbook itself defines: the outputs of a step, the modes in which it takes place."""

from __future__ import annotations

from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Action, Runbook, Step


def declared_outputs(step: Action) -> frozenset[str]:
    """Outputs that the runbook declares: the step's own, and the answers of its note gate."""
    if not isinstance(step, Step):
        return frozenset()
    answers = step.gate.fields if step.gate is not None else {}
    return frozenset({*step.outputs, *answers})


def outputs_are_open(step: Action) -> bool:
    """Whether outputs besides the declared ones exist: an action gives its own."""
    return step.uses is not None


def modes_of(step: Action, runbook: Runbook) -> frozenset[Mode]:
    usable = frozenset(runbook.usable_modes)
    return usable & frozenset(step.only) if step.only else usable
