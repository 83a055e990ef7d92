"""What the steps of a drill told of its backup and of the isolation of its target."""

from __future__ import annotations

from drill_tui.verdict.state import DrillState

OF_A_BACKUP = frozenset({"snapshot_age_s", "checksums_sha256"})
"""Outputs by which a step that checks the backup is known."""
ISOLATION = {
    "isolation": "level",
    "isolation_detail": "detail",
    "isolation_proof": "proof",
    "inert": "inert",
}
"""Outputs of the target's steps, and what the report calls them."""


def isolation_told(state: DrillState) -> dict[str, str]:
    """What the steps that started the target, proved it and looked into it told; the last word counts."""
    told: dict[str, str] = {}
    for step in state.steps.values():
        told.update({name: step.outputs[out] for out, name in ISOLATION.items() if out in step.outputs})
    return told


def backup_told(state: DrillState) -> dict[str, str]:
    """Outputs of the step that names the backup, with what checking it told."""
    told: dict[str, str] = {}
    for step in state.steps.values():
        if "backup" in step.outputs or (told and OF_A_BACKUP & set(step.outputs)):
            told = {**step.outputs, **told}
    return told
