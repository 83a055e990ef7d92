"""Who took part in which role, and which role went to whom, as a part of the report."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Participant(Part):
    name: str
    roles: tuple[str, ...]


class HandoverReport(Part):
    """A role that went from one person to another."""

    at: str
    clock_s: float
    """Seconds since the drill started."""
    role: str
    had: str
    """Who had it until then; empty where nobody had."""
    has: str
    by: str
    login: str = ""
    """Of whoever said so in a seat of their own; with `uid`."""
    uid: int | None = None
