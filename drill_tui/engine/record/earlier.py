"""The drills before this one, as far as it is compared with them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierDrill:
    """`at` is seconds since the epoch; `rto_wall_s` is None where no recovery time was measured."""

    at: float
    verdict: str
    rto_wall_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedDrill:
    """The journal of an earlier drill in the same folder, as it was when a later one began."""

    run: str
    size_bytes: int
    """Up to its last whole line then; `clean` and `resume` may have added to it since."""
    sha256: str
    """Of that many bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """The recovery time at production's size, by the drills before this one: an 80 % interval."""

    size_bytes: int
    low_s: float
    likely_s: float
    high_s: float
    drills: int
    """How many it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Drills of the same runbook that were there when this one began, training left out.

    It is in the journal: what a report compares with cannot change, or be lost, after the drill.
    """

    drills: tuple[EarlierDrill, ...] = ()
    """The last ones with a recovery time, the oldest first."""
    passed: int = 0
    """Of all of them."""
    best_s: dict[str, float] = field(default_factory=dict)
    """Shortest working seconds (waits for people left out) by step id, of those that passed."""
    last_s: dict[str, float] = field(default_factory=dict)
    """The same of the last one that passed."""
    foretold: Foretold | None = None
    """Where `DRILL_PRODUCTION_SIZE` was set and the drills before this one allowed a forecast."""
