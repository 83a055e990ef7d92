"""A scenario: the story that a trainee is told, the fault behind it, and what is said when it is over."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from drill_tui.faults.fault import HARDEST
from drill_tui.runbook.model import Strict

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Diagnosis(Strict):
    """One of the things that a trainee may say is broken."""

    says: Words
    faults: tuple[str, ...] = ()
    """Of which of the scenario's faults it is right."""
    why_not: str = ""
    """What speaks against it, for whoever chose it where it is wrong."""


class Answer(Strict):
    """What is told when the fault is revealed, besides what the catalogue says of it."""

    gave_it_away: Words
    do: Words
    """What one would do about it on the day."""
    step: str
    """The step of the runbook restore-drill that watches for it, whose words are shown."""


class Scenario(Strict):
    """A file of `runbooks/practice/`; its name is that of the file."""

    version: Literal[1]
    title: Words
    difficulty: int = Field(ge=1, le=HARDEST)
    met: Words
    """Where something like it happened."""
    situation: Words
    faults: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the catalogue; one of them is drawn."""
    hints: Annotated[tuple[Words, ...], Field(min_length=1)]
    """The mildest first; they are shown one at a time."""
    diagnoses: Annotated[tuple[Diagnosis, ...], Field(min_length=1)]
    answer: Answer

    def right(self, fault: str) -> Diagnosis:
        """The diagnosis of that fault.  Raises StopIteration for none of the scenario's."""
        return next(diagnosis for diagnosis in self.diagnoses if fault in diagnosis.faults)
