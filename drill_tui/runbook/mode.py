"""The modes of a drill; apart from the model so that light code can import it without pydantic."""

from enum import StrEnum


class Mode(StrEnum):
    """Who leads: nobody (`auto`), a team (`guided`) or a learner (`training`)."""

    AUTO = "auto"
    GUIDED = "guided"
    TRAINING = "training"
