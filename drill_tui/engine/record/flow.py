"""What flows to the sinks and is not kept in the journal: lines of logs, and progress."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChunk:
    """Consecutive lines of a step's log, sanitised: no escape sequences, no secrets, bounded length."""

    step: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a step is.  `total` 0 means unknown; `unit` is `bytes`, `rows`, `tables` or `items`."""

    step: str
    label: str
    done: float
    total: float
    unit: str
    eta_s: float | None = None
