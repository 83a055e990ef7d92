"""What each person did in a training, as a part of the report."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GuessReport(Part):
    """What a trainee took for a good result, beside what the runbook calls one."""

    at: str
    step: str
    text: str
    expected: str


class TraineeReport(Part):
    """One person's training."""

    name: str
    roles: tuple[str, ...]
    steps: tuple[str, ...]
    """Ids of the steps that ran and whose role this person has."""
    hints_shown: int
    guesses: tuple[GuessReport, ...]
    gates_answered: int
    gate_wait_s: float
    """How long the drill waited at the gates that this person answered."""
