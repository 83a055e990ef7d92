"""`manifest.json`: what a backup says about itself.

Taken in the dump's own snapshot (`pg_export_snapshot`, PostgreSQL manual 9.28.5), so that a restored copy
can be compared with it row for row although production went on writing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Final = "drill-tui.backup"
FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"
CHECKSUMS_NAME = "checksums.sha256"
GLOBALS_NAME = "globals.sql"
DUMP_NAME = "dump"
WITNESS_SUFFIX: Final = ".witness.json"
"""Of the witness that stands beside somebody's own dump: `shop.dump.witness.json`."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerInfo(Part):
    version: str
    version_num: int
    system_identifier: str
    host: str
    port: int
    data_checksums: bool
    in_recovery: bool = False


class ClientInfo(Part):
    tool_version: str
    pg_dump: str
    host: str


class RoleSettings(Part):
    """`ALTER ROLE … IN DATABASE … SET` lines as `name=value`."""

    role: str
    settings: tuple[str, ...]


class DatabaseInfo(Part):
    name: str
    owner: str
    encoding: str
    collate: str
    ctype: str
    locale_provider: str = "c"
    """`c` libc, `i` ICU, `b` builtin (pg_database.datlocprovider, from 15)."""
    locale: str | None = None
    """ICU or builtin locale."""
    collation_version: str | None = None
    size_bytes: int
    comment: str | None = None
    settings: tuple[str, ...] = ()
    """`ALTER DATABASE … SET` lines as `name=value`; pg_dump without -C leaves them out."""
    role_settings: tuple[RoleSettings, ...] | None = None
    """Of roles in this database; None in backups of older versions."""
    acl: tuple[str, ...] = ()


class Extension(Part):
    name: str
    version: str
    schema_name: str
    version_required: bool = False
    """Whether its data can only be read by the very version that wrote it."""


class Collation(Part):
    schema_name: str
    name: str
    provider: str
    version: str | None


class Sample(Part):
    """Of which rows a digest is: those whose key falls, by its hash, in one part of `of`."""

    part: int
    """From 0."""
    of: int
    key: tuple[str, ...]
    """The columns by whose values the table is parted."""


class Table(Part):
    """A table, partition, foreign or materialized relation.  `rows` is None where rows cannot be read."""

    schema_name: str
    name: str
    kind: Literal["r", "p", "f", "m", "v"]
    """pg_class.relkind: r table, p partitioned, f foreign, m materialized view, v view."""
    partition_of: str | None = None
    rows: int | None = None
    digest: str | None = None
    """None at depth `counts`, and for relations without rows of their own."""
    size_bytes: int = 0
    populated: bool = True
    """False for a materialized view WITH NO DATA."""
    view_rows: int | None = None
    """Rows of a materialized view, as its last refresh left them; None where they could not be read."""
    extension: str | None = None
    """The extension that it is a member of."""
    extension_condition: str = ""
    """The WHERE clause that picked the extension's rows which are dumped, counted and digested."""
    sample: Sample | None = Field(default=None, exclude_if=lambda sample: sample is None)
    """Where `digest` is of a part of the rows only; `rows` counts all of them."""


class Sequence(Part):
    schema_name: str
    name: str
    last_value: int
    is_called: bool
    increment: int
    owned_by: str | None = None


class LargeObjects(Part):
    count: int = 0
    digest: str | None = None
    size_bytes: int = 0
    owners: str | None = None
    """A digest of who owns which; None in backups of older versions, and so the next two."""
    grants: str | None = None
    comments: str | None = None


class IndexStatistics(Part):
    """`ALTER INDEX … ALTER COLUMN … SET STATISTICS`."""

    schema_name: str
    index_name: str
    column: int
    target: int


class RemoteView(Part):
    """A populated materialized view that reads from other servers, by way of foreign tables."""

    schema_name: str
    name: str
    servers: tuple[str, ...]


class Requirements(Part):
    """What the database asks of a server besides extensions, collations, tablespaces and roles."""

    locks_per_transaction: int
    """`max_locks_per_transaction` of the source."""
    relations: int
    """Tables, partitions, indexes, views and sequences: what one transaction may have to lock."""
    xml_columns: tuple[str, ...] = ()
    """Columns of type xml in tables that are not empty: their values need a server built with libxml."""
    lz4_columns: tuple[str, ...] = ()
    """Columns with `COMPRESSION lz4`."""
    libraries: tuple[str, ...] = ()
    """Shared libraries of C functions that belong to no extension, as pg_proc.probin names them."""
    languages: tuple[str, ...] = ()
    """Procedural languages that belong to no extension."""
    locales: tuple[str, ...] = ()
    """Locales of the operating system that the database's own collations name."""
    remote_views: tuple[RemoteView, ...] = ()


class DumpInfo(Part):
    format: Literal["directory"] = "directory"
    compression: str
    jobs: int
    files: int
    size_bytes: int


class Durations(Part):
    dump_s: float
    digest_s: float
    checksum_s: float
    total_s: float


class Manifest(Part):
    format: Literal["drill-tui.backup"] = FORMAT
    format_version: int = FORMAT_VERSION
    backup_id: str
    """The folder's name, `<database>_<UTC time>`, made safe for file systems."""
    nonce: str
    """128 random bits, in hex: two backups are never confused."""
    run_id: str | None = None
    started_at: datetime
    finished_at: datetime
    snapshot_at: datetime
    """When the data was true; of a standby that lagged, its last replayed commit."""
    snapshot_lsn: str
    server: ServerInfo
    client: ClientInfo
    database: DatabaseInfo
    dump: DumpInfo
    digest_depth: Literal["full", "counts"]
    digest_algorithm: str
    roles: tuple[str, ...]
    """Roles that own, are granted or are named by anything in the database."""
    tablespaces: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = ()
    collations: tuple[Collation, ...] = ()
    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...] = ()
    large_objects: LargeObjects = LargeObjects()
    requires: Requirements | None = None
    """None in backups of older versions."""
    index_statistics: tuple[IndexStatistics, ...] | None = None
    """Read from the catalog: before 14.25, 15.20, 16.16, 17.12 and 18.7 pg_dump leaves out those of exclusion
    constraints.  None in backups of older versions."""
    schema_sha256: str | None = None
    """Of every definition in the database; None in backups of older versions."""
    durations: Durations
    coverage: tuple[str, ...] = Field(default=())
    """What the manifest does not vouch for, in sentences."""

    @property
    def of_witness(self) -> bool:
        """Whether it was made from the witness beside somebody's own dump: names of roles, but no globals."""
        return self.backup_id.endswith(WITNESS_SUFFIX)
