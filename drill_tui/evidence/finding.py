"""What looking at evidence came to: one thing, whether it is sound, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`sound` is None for what could not be looked at here: it counts neither way."""

    subject: str
    sound: bool | None
    says: str
