"""Things that happen in a drill and last: attempts, gates, pauses, notes, the cleanup.

Times are seconds since the epoch; an end of None means that it is still going on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from drill_tui.engine.record.events import (
    AttemptEnded,
    CleanupResult,
    DrillRecovered,
    EndReason,
    FailureAnswered,
    GateAnswered,
    GateOpened,
    NoteAdded,
    RoleHandedOver,
)
from drill_tui.runbook.mode import Mode

PACES: Final = frozenset(mode.value for mode in Mode if mode is not Mode.AUTO)
"""Stand in the journal where a person's name would, for the pauses that a drill of this mode makes itself."""


@dataclass(slots=True, kw_only=True)
class AttemptState:
    number: int
    started_at: float
    command: str
    log: str
    ended_at: float | None = None
    ended: AttemptEnded | None = None


@dataclass(slots=True, kw_only=True)
class GateState:
    """A gate that was opened, and its answer once there is one."""

    opened: GateOpened
    opened_at: float
    answered: GateAnswered | None = None
    answered_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceState:
    """What the operator chose after a failure, and when."""

    at: float
    answered: FailureAnswered


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryState:
    """When a new process took over, and what it said."""

    at: float
    recovered: DrillRecovered


@dataclass(slots=True, kw_only=True)
class PauseState:
    by: str
    reason: str
    started_at: float
    ended_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteState:
    at: float
    clock_s: float
    """Seconds since the drill started."""
    added: NoteAdded


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverState:
    at: float
    clock_s: float
    """Seconds since the drill started."""
    told: RoleHandedOver


@dataclass(frozen=True, slots=True, kw_only=True)
class HintState:
    """A hint that somebody asked for, the first time it was shown."""

    at: float
    step: str
    index: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessState:
    at: float
    step: str
    by: str
    text: str


@dataclass(slots=True, kw_only=True)
class CleanupState:
    reason: EndReason
    started_at: float
    ended_at: float | None = None
    result: CleanupResult | None = None
    leftovers: tuple[str, ...] = ()
