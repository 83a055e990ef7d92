"""Every kind of target, by the name that a runbook gives in `kind:`."""

from __future__ import annotations

from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.kinds import KindError, Kinds
from drill_tui.targets.port import TargetKind

AUTO: Final = "auto"
UNASKED: Final = ("local", "compose")
"""Kinds that `auto` may take, the first that fits; any other is taken only by its name."""
KINDS: Final[Kinds[TargetKind]] = Kinds(
    "drill_tui.targets",
    "target",
    TargetKind,  # type: ignore[type-abstract]  # a protocol: what a kind must be able to do
    {name: f"drill_tui.targets.own:{name.upper()}" for name in ("local", "compose", "external")},
)


def kind_named(name: str) -> TargetKind:
    """Raises ActionError for a kind that nobody knows, or that its package cannot provide."""
    try:
        return KINDS.named(name)
    except KindError as problem:
        raise ActionError(str(problem)) from None
