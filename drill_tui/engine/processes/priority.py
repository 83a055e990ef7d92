"""Whose turn it is where there are fewer cores than work."""

from __future__ import annotations

import os
from typing import Final

BEHIND_THE_DRILL: Final = 10
"""How nice whoever watches a drill is (nice(2)); what drives it is as nice as it was started."""


def stay_behind_the_drill() -> None:
    """For good; once more changes nothing."""
    os.nice(max(0, BEHIND_THE_DRILL - os.nice(0)))
