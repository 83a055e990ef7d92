"""What a report is compared with: earlier drills of the same runbook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from drill_tui.verdict.laps import Laps


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierDrill:
    """`at` is seconds since the epoch; `rto_wall_s` is None where no recovery time was measured."""

    at: float
    verdict: str
    rto_wall_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Drills that began before this one, training left out, the oldest first; laps of those that passed."""

    drills: tuple[EarlierDrill, ...] = ()
    passed: int = 0
    laps: Laps = field(default_factory=Laps)


NOTHING_EARLIER: Final = Earlier()
