"""What a kind of physical backup must be able to do, and the values that pass between it and a drill.

A new kind is one module with one class and one entry in `registry.py`, or an entry point of another package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from drill_tui.engine.ports import ActionError

Say = Callable[[str], None]
Lsn = int


class BackupFaultError(ActionError):
    """The backup is at fault: evidence against it, not a failure of the drill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a runbook named.  Every field but `kind` may be empty."""

    kind: str
    place: str = ""
    """The tool's configuration file, or the folder that holds the backups."""
    name: str = ""
    """pgBackRest's stanza, Barman's server."""
    wanted: str = ""
    """One backup by its label; empty takes the newest."""
    wal: str = ""
    """The folder of archived WAL, where the backup does not bring its own."""
    repository: str = ""
    account: str = ""
    """Which account of this machine runs the tool when root runs the drill."""
    environment: Mapping[str, str]
    scratch: Path | None = None
    """A folder of this run's for locks and the like, once there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup as its tool describes it."""

    label: str
    kind: str
    """full, differential or incremental."""
    started_at: datetime | None
    stopped_at: datetime | None
    start_lsn: Lsn
    stop_lsn: Lsn
    """Where a copy of it is consistent; 0 where the tool does not say."""
    timeline: int
    size_bytes: int
    """Of the restored data directory."""
    server_major: int
    system_identifier: str
    chain: tuple[str, ...] = ()
    """What it stands on, the full backup first."""
    problem: str = ""
    """What the tool itself says against it."""
    archive: str = ""
    """Where its WAL lies, in the tool's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An archived WAL file."""

    name: str
    """24 hexadecimal digits, or a timeline history file."""
    sha1: str = ""
    """Of its content, where the archive names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where a copy is filled: made by the drill, owned by the account that the tool runs under."""

    data_dir: Path
    wal_dir: Path
    tablespaces_dir: Path


@runtime_checkable
class PhysicalKind(Protocol):
    """One kind of backup.  Every method only reads what others made."""

    name: str
    cannot_hold: tuple[str, ...]
    """What no backup of this kind brings back, in sentences."""

    async def find(self, order: Order, say: Say) -> Sequence[Backup]:
        """Every backup there, the oldest first.  Raises BackupFaultError, ActionError."""

    async def segments(self, order: Order, backup: Backup, say: Say) -> Sequence[Segment]:
        """Archived WAL of the backup's cluster, sorted by name.  Raises ActionError."""

    async def restore(self, order: Order, backup: Backup, room: Room, say: Say) -> str:
        """Fill the data directory with the tool itself; what was checked on the way, as a sentence.

        Raises BackupFaultError where the backup cannot be restored, ActionError.
        """

    async def fetch(
        self, order: Order, backup: Backup, segments: Sequence[Segment], room: Room, say: Say
    ) -> None:
        """Lay WAL files into `wal_dir` under their own names.  Raises BackupFaultError, ActionError."""
