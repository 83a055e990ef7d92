"""What can be wrong with an object in a store."""

from __future__ import annotations

from drill_tui.engine.ports import ActionError


class ChangedError(ActionError):
    """It is not the one any more that was chosen."""


class UnreadableError(ActionError):
    """It may not be read, or not without being brought back from an archive first."""


class DamagedError(ActionError):
    """It is not what was put there: not an obstacle but a finding."""
