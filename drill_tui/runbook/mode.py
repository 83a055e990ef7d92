"""The modes of a drill; apart from the model so that light code can import it without pydantic."""

from enum import StrEnum
from typing import Final


class Mode(StrEnum):
    """Who leads: nobody (`auto`), a team (`guided`), a learner (`training`), or a team on the day on which it
    is no drill (`recovery`)."""

    AUTO = "auto"
    GUIDED = "guided"
    TRAINING = "training"
    RECOVERY = "recovery"


COUNT: Final = frozenset({Mode.AUTO, Mode.GUIDED})
"""Only these are drills: they satisfy a cadence, prove a backup, open incidents and lift them."""
USUAL: Final = (Mode.AUTO, Mode.GUIDED, Mode.TRAINING)
"""What a runbook is for that does not say."""
