"""What the steps of a drill told of its backup and of the isolation of its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drill_tui.runbook.model import Measure
    from drill_tui.verdict.state import DrillState, StepState

OF_A_BACKUP = frozenset({"snapshot_age_s", "checksums_sha256"})
"""Outputs by which a step that checks the backup is known."""
FETCHED = ("url", "fetched_bytes", "fetch_s", "cuts")
"""Outputs of the step that brought the backup from a store."""
ISOLATION = {
    "isolation": "level",
    "isolation_detail": "detail",
    "isolation_proof": "proof",
    "inert": "inert",
}
"""Outputs of the target's steps, and what the report calls them."""


def isolation_facts(state: DrillState) -> dict[str, str]:
    """What the steps that started the target, proved it and looked into it told; the last word counts."""
    told: dict[str, str] = {}
    for step in state.steps.values():
        told.update({name: step.outputs[out] for out, name in ISOLATION.items() if out in step.outputs})
    return told


def backup_facts(state: DrillState) -> dict[str, str]:
    """Outputs of the step that names the backup, with what checking it told."""
    told: dict[str, str] = {}
    for step in state.steps.values():
        if "backup" in step.outputs or (told and OF_A_BACKUP & set(step.outputs)):
            told = {**step.outputs, **told}
    for step in fetched(state):
        told |= {name: step.outputs[name] for name in FETCHED if name in step.outputs}
    return told


def fetched(state: DrillState) -> list[StepState]:
    """The steps that brought a backup here."""
    return [step for step in state.steps.values() if "fetched_bytes" in step.outputs]


def fetched_in(measure: Measure, state: DrillState) -> tuple[str, ...]:
    """Those of them whose own time is measured too."""
    return tuple(step.id for step in fetched(state) if step.id in measure.plus)
