"""What can be wrong with an object in a store."""

from __future__ import annotations

from drill_tui.engine.ports import ActionError


class ChangedError(ActionError):
    """It is not the one any more that was chosen."""


class DamagedError(ActionError):
    """It is not what was put there: not an obstacle but a finding."""
