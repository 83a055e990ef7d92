"""A backup's manifest out of what was found, and in words what the manifest does not vouch for."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from drill_tui import __version__
from drill_tui.postgres.archive import manifest
from drill_tui.postgres.client.catalog import TableShape, quoted
from drill_tui.postgres.client.tools import Tools
from drill_tui.postgres.content import standby
from drill_tui.postgres.content.digest import Depth, RowSum
from drill_tui.postgres.content.facts import ServerFacts, Surroundings
from drill_tui.postgres.content.row_hash import ALGORITHM


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this backup is taken."""

    tools: Tools
    jobs: int
    compression: str
    depth: Depth
    lock_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFacts:
    """What was read in the dump's snapshot, or right before it."""

    name: str | None
    """None on a standby that may not export one (standby.py)."""
    taken_at: datetime
    """When the data was true: before the snapshot, on a standby that lags."""
    lags: bool
    """Whether it is from a standby that may not have all of the primary's data."""
    lsn: str
    held: bool
    """Whether every table was locked before the snapshot was taken."""
    database: manifest.DatabaseInfo
    roles: tuple[str, ...]
    surroundings: Surroundings
    requires: manifest.Requirements
    tables: tuple[TableShape, ...]
    sequences: tuple[manifest.Sequence, ...]
    index_statistics: tuple[manifest.IndexStatistics, ...]


@dataclass(slots=True, kw_only=True)
class Timings:
    """Seconds, filled in while the backup runs."""

    dump_s: float = 0.0
    digest_s: float = 0.0
    checksum_s: float = 0.0
    total_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Evidence:
    sums: Mapping[int, RowSum] = field(default_factory=dict)
    view_rows: Mapping[int, int] = field(default_factory=dict)
    """Rows of materialized views, by OID."""
    large_objects: manifest.LargeObjects = field(default_factory=manifest.LargeObjects)
    schema_sha256: str = ""
    timings: Timings = field(default_factory=Timings)


def can_be_summed(table: TableShape, server: ServerFacts) -> bool:
    """Whether pg_dump writes this table's rows and they can be read here."""
    return table.has_own_rows and not (server.in_recovery and table.unlogged)


def manifest_of(
    *,
    backup_id: str,
    run_id: str | None,
    started_at: datetime,
    server: ServerFacts,
    address: tuple[str, int],
    settings: Settings,
    facts: SnapshotFacts,
    found: Evidence,
    dump_size: tuple[int, int],
) -> manifest.Manifest:
    """The manifest.  `address` is host and port; `dump_size` is files and bytes of the dump."""
    return manifest.Manifest(
        backup_id=backup_id,
        nonce=secrets.token_hex(16),
        run_id=run_id,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        snapshot_at=facts.taken_at,
        snapshot_lsn=facts.lsn,
        server=_server(server, address),
        client=manifest.ClientInfo(
            tool_version=__version__, pg_dump=str(settings.tools.version), host=platform.node()
        ),
        database=facts.database,
        dump=manifest.DumpInfo(
            compression=settings.compression,
            jobs=1 if facts.name is None else settings.jobs,
            files=dump_size[0],
            size_bytes=dump_size[1],
        ),
        digest_depth=settings.depth,
        digest_algorithm=ALGORITHM,
        roles=facts.roles,
        tablespaces=facts.surroundings.tablespaces,
        extensions=facts.surroundings.extensions,
        collations=facts.surroundings.collations,
        tables=tuple(table_of(table, found, settings.depth) for table in facts.tables),
        sequences=facts.sequences,
        large_objects=found.large_objects,
        requires=facts.requires,
        index_statistics=facts.index_statistics,
        schema_sha256=found.schema_sha256,
        durations=_durations(found.timings),
        coverage=coverage_of(server, settings.depth, facts, found),
    )


def coverage_of(server: ServerFacts, depth: Depth, facts: SnapshotFacts, found: Evidence) -> tuple[str, ...]:
    """What the manifest does not vouch for, in sentences."""
    sentences = ["Passwords of roles are left out."]
    if depth == "counts":
        sentences.append("Rows were counted and their contents were not digested.")
    if not facts.held:
        sentences.append(
            "Tables were not held against TRUNCATE between the snapshot and the dump's own locks."
        )
    if facts.lags:
        sentences.append(standby.behind(facts.taken_at))
    if facts.name is None:
        sentences.append(standby.explain(server, facts.lsn))
    if not server.system_identifier:
        sentences.append("The role may not read the server's system identifier.")
    for kind, sentence in (
        ("m", "A restore computes materialized views anew, so their rows are not digested"),
        ("f", "Rows of foreign tables are not in the dump"),
    ):
        names = [table for table in facts.tables if table.kind == kind]
        if names:
            sentences.append(f"{sentence}: {_names(names)}.")
    undumped = [table for table in facts.tables if table.kind == "r" and not table.has_own_rows]
    if undumped:
        sentences.append(
            f"Tables that an extension does not mark for dumps are made anew by it: {_names(undumped)}."
        )
    partly = [table for table in facts.tables if table.has_own_rows and table.extension_condition]
    if partly:
        sentences.append(f"Of these only the rows that their extension marks are dumped: {_names(partly)}.")
    unlogged = [table for table in facts.tables if table.has_own_rows and table.oid not in found.sums]
    if unlogged:
        sentences.append(f"A standby has no rows of unlogged tables: {_names(unlogged)}.")
    return tuple(sentences)


def _names(tables: list[TableShape]) -> str:
    shown = ", ".join(quoted(*table.qualified) for table in tables[:5])
    return shown if len(tables) <= 5 else f"{shown} and {len(tables) - 5} more"


def _server(server: ServerFacts, address: tuple[str, int]) -> manifest.ServerInfo:
    return manifest.ServerInfo(
        version=server.version,
        version_num=server.version_num,
        system_identifier=server.system_identifier,
        host=address[0],
        port=address[1],
        data_checksums=server.data_checksums,
        in_recovery=server.in_recovery,
    )


def table_of(table: TableShape, found: Evidence, depth: Depth) -> manifest.Table:
    """The table as the manifest says it; without rows where they were not summed."""
    summed = found.sums.get(table.oid)
    return manifest.Table(
        schema_name=table.schema_name,
        name=table.name,
        kind=table.kind,
        partition_of=None if table.parent is None else quoted(*table.parent),
        rows=None if summed is None else summed.rows,
        digest=None if summed is None or depth == "counts" else summed.text,
        size_bytes=table.size_bytes,
        populated=table.populated,
        view_rows=found.view_rows.get(table.oid),
        extension=table.extension,
        extension_condition=table.extension_condition,
    )


def _durations(timings: Timings) -> manifest.Durations:
    return manifest.Durations(
        dump_s=round(timings.dump_s, 3),
        digest_s=round(timings.digest_s, 3),
        checksum_s=round(timings.checksum_s, 3),
        total_s=round(timings.total_s, 3),
    )
