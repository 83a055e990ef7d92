"""What a verification was asked to do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from drill_tui.postgres.verify.added import AddedCheck
from drill_tui.postgres.verify.reference import Reference
from drill_tui.postgres.verify.report import Depth


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    environment: Mapping[str, str]
    """Names the restored database (`DB_*`, `DATABASE_URL` or libpq's own variables)."""
    backup: Path | None = None
    """None takes the backup that the restore remembered."""
    required_tables: tuple[str, ...] = ()
    jobs: int = 0
    """Parallel connections; 0 takes one per core."""
    depth: Depth = "full"
    reference: Reference | None = None
    """The earlier drill to be held to where neither manifest nor witness is there."""
    no_reference: str = ""
    """Why there is none, where one was asked for."""
    added: tuple[AddedCheck, ...] = ()
    """Checks of installed packages."""

    @property
    def workers(self) -> int:
        return self.jobs or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(4))
