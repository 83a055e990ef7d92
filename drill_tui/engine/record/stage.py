"""How far a drill is.  Light: the screen asks before there is any drill."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """How far a drill is, as far as control goes."""

    WAITING = "waiting"
    """Not begun."""
    STEPS = "steps"
    CLEANUP = "cleanup"
    ENDED = "ended"
