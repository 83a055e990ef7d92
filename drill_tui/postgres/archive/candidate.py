"""A backup that was found, and when the data in it is from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from drill_tui.postgres.archive.forms import Form

Dated = Literal["snapshot", "header", "file"]
Kind = Form | Literal["cluster"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A backup, and when the data in it is from."""

    path: Path
    kind: Kind
    """`cluster` is a script of pg_dumpall, of which one database is taken."""
    at: datetime
    dated_by: Dated
    """The snapshot of a manifest or witness, the dump's own header, or only the file's time."""
    beside: tuple[str, ...] = ()
    """Other databases whose backups lie in the same directory."""
