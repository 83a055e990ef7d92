"""What a witness is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from drill_tui.postgres.content.digest import Depth
from drill_tui.postgres.content.sampling import WHOLE, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`databases` empty means all that can be connected to; `jobs` 0 means one per core."""

    databases: tuple[str, ...] = ()
    depth: Depth = "full"
    share: Share = WHOLE
    earlier: tuple[Path, ...] = ()
    """Witnesses that are there, the newest first: this one takes the part after theirs."""
    parts: Mapping[str, int] = field(default_factory=dict)
    """Which part that is, by the database's name."""
    jobs: int = 0
    way: Literal["auto", "slot", "snapshot"] = "auto"
    slot_timeout_s: float = 60.0
    lock_timeout_s: float = 60.0
    say: Callable[[str], None]
    report: Callable[[str, int, int], None] = lambda label, done, total: None

    @property
    def workers(self) -> int:
        return self.jobs or len(os.sched_getaffinity(0))
