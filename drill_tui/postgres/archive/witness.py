"""`witness_<UTC>.json`: what every database held at an exact point of the WAL.

A witness is independent of the backup that it judges.  Its point is one at which a copy that is recovered to
it (`recovery_target_lsn`, inclusive off) holds exactly the rows that were digested.  One that stands beside a
dump (`FILE.witness.json`) was taken in the snapshot that the dump shared, of the one database that it holds.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from drill_tui.postgres.archive.manifest import (
    Collation,
    DatabaseInfo,
    Extension,
    IndexStatistics,
    LargeObjects,
    Requirements,
    Sequence,
    ServerInfo,
    Table,
)

FORMAT: Final = "drill-tui.witness"
FORMAT_VERSION = 1
OF_DUMPS: Final = ("requires", "index_statistics", "tablespaces", "definitions")
"""What only the witness of a dump has of a database."""
_XIDS: Final = 0xFFFFFFFF
Way = Literal["slot", "standby", "snapshot", "dump"]
"""`slot`: the exported snapshot of a temporary logical slot; `standby`: replay was paused; `snapshot`: any
snapshot, whose position the WAL itself tells later; `dump`: the snapshot that a dump shared, which is no
point of the WAL."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Seen(Part):
    """Which transactions a snapshot sees, and between which positions of the WAL it was taken."""

    xmax: int
    """The first transaction that had not begun; with its epoch (xid8)."""
    in_progress: tuple[int, ...]
    begins: str
    ends: str

    def sees(self, xid: int) -> bool:
        """Whether a committed transaction, by its number in the WAL (32 bits), is visible."""
        whole = (self.xmax & ~_XIDS) | xid
        if whole - self.xmax > _XIDS // 2:
            whole -= _XIDS + 1
        elif self.xmax - whole > _XIDS // 2:
            whole += _XIDS + 1
        return whole < self.xmax and whole not in self.in_progress


class PartOf(Part):
    """Which part of the large tables was digested: `part` counts from 0."""

    part: int
    of: int


class DatabaseWitness(Part):
    """One database at one point."""

    database: DatabaseInfo
    lsn: str | None
    """Recover to here, inclusive off; None where the point is a snapshot."""
    snapshot: Seen | None = None
    """Where a position is still to be found for it."""
    snapshot_at: datetime
    """The source's clock, not later than the snapshot."""
    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...]
    """Read before the snapshot: a copy must be at or past them."""
    large_objects: LargeObjects
    roles: tuple[str, ...]
    extensions: tuple[Extension, ...]
    collations: tuple[Collation, ...]
    schema_sha256: str
    cluster: dict[str, str] = {}
    """SHA-256 of what is said of each role, tablespace and setting, by its name; no value is kept."""
    coverage: tuple[str, ...] = ()
    """What this does not vouch for, in sentences."""
    requires: Requirements | None = None
    """This and the following only of a dump."""
    index_statistics: tuple[IndexStatistics, ...] | None = None
    tablespaces: tuple[str, ...] = ()
    share: PartOf | None = Field(default=None, exclude_if=lambda share: share is None)
    """Where not every row of the large tables was digested; the next witness takes the next part."""
    definitions: tuple[str, ...] = ()
    """Names of columns, indexes, keys, triggers, owners, grants …, such as `index public.orders_pkey`."""


class DumpFile(Part):
    """The file or folder that pg_dump wrote."""

    name: str
    """Its last path component; of standard output, the name that it was to get."""
    form: Literal["custom", "directory", "tar", "plain"]
    sha256: str
    """Of the file; of a folder, of what `sha256sum *` says of its files in the order of their names."""
    size_bytes: int
    client: str
    """Version of pg_dump."""
    left_out: tuple[str, ...] = ()
    """Its options that leave definitions or large objects out, by their long names."""
    selected: tuple[str, ...] = ()
    """Its options that dump some of the objects only, with their values; the witness then tells of those that
    the archive lists."""


class Witness(Part):
    format: Literal["drill-tui.witness"] = FORMAT
    format_version: int = FORMAT_VERSION
    witness_id: str
    """`witness_<UTC time>`, the file's name without its ending."""
    nonce: str
    """128 random bits, in hex."""
    way: Way
    started_at: datetime
    finished_at: datetime
    server: ServerInfo
    timeline: int
    """0 where the role may not read it."""
    superuser: str
    """Name of the bootstrap superuser, by which a copy is entered."""
    floors: dict[str, int]
    """Settings that a copy needs at least as large to be read while it recovers (manual, 27.4.3)."""
    tool_version: str
    digest_depth: Literal["full", "counts"]
    digest_algorithm: str
    databases: tuple[DatabaseWitness, ...]
    dump: DumpFile | None = None
    """The dump that shared the snapshot, where `way` is `dump`."""
    sha256: str = ""
    """Of everything above, as JSON without this field."""

    def sealed(self) -> Witness:
        return self.model_copy(update={"sha256": self.own_sha256()})

    def own_sha256(self) -> str:
        return hashlib.sha256(
            self.model_dump_json(exclude={**self.unused, "sha256": True}).encode()
        ).hexdigest()

    @property
    def unused(self) -> dict[str, Any]:
        """What only witnesses of other ways hold: they are written and sealed without it."""
        of_dumps = self.way == "dump"
        databases = {
            **({} if of_dumps else dict.fromkeys(OF_DUMPS, True)),
            **({} if self.way == "snapshot" else {"snapshot": True}),
        }
        return {**({} if of_dumps else {"dump": True}), "databases": {"__all__": databases}}

    @property
    def last_lsn(self) -> int:
        """The furthest of its points; 0 without any."""
        ends = (found.lsn or (found.snapshot.ends if found.snapshot else "") for found in self.databases)
        return max((lsn_number(end) for end in ends if end), default=0)

    @property
    def first_lsn(self) -> int:
        begins = (found.lsn or (found.snapshot.begins if found.snapshot else "") for found in self.databases)
        return min((lsn_number(begin) for begin in begins if begin), default=0)


def lsn_number(text: str) -> int:
    """A WAL position as a number (pg_lsn, manual 8.20).  Raises ValueError."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def lsn_text(number: int) -> str:
    return f"{number >> 32:X}/{number & 0xFFFFFFFF:X}"
