"""What was restored into a cluster, remembered in the cluster itself: table `drill_tui.restore_record`.

It lives in the target's `postgres` database, so that `scripts/verify.sh` runs with no argument, and goes
when the target goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.client.catalog import query

MAINTENANCE_DATABASE = "postgres"
LOCK_KEY = 0x6472696C6C
"""Advisory lock under which the table is made; two restores into one cluster may start together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreRecord:
    """A restore that was completed."""

    database: str
    run_id: str
    """The drill's id; empty for a restore by hand."""
    nonce: str
    """The target's nonce (`drill_tui.target`); empty for a restore by hand."""
    backup_path: str
    """Absolute path of what was restored, on the machine that restored it."""
    manifest: Manifest | None
    """None for a dump that drill-tui did not make."""
    restored_at: datetime | None = None
    validated_keys: Mapping[int, int] = field(default_factory=dict)
    """Foreign keys that this restore added and checked against every row, as `read_validated_keys` tells."""


async def read_validated_keys(connection: AsyncConnection[Any]) -> dict[int, int]:
    """The xmin of each foreign key that was checked against every row when it was added, by its OID.

    `connection` is to the restored database.  Raises psycopg.Error.
    """
    rows = await (await connection.execute(query("probe/validated_keys"))).fetchall()
    return {int(oid): int(xmin) for oid, xmin in rows}


async def write_record(connection: AsyncConnection[Any], record: RestoreRecord) -> None:
    """Remember a completed restore.  `connection` is to the cluster's `postgres` database."""
    async with connection.transaction():
        await connection.execute("SELECT pg_catalog.pg_advisory_xact_lock(%s)", [LOCK_KEY])
        await connection.execute(query("probe/table"))
        await connection.execute(
            query("probe/write"),
            {
                "database": record.database,
                "run_id": record.run_id,
                "nonce": record.nonce,
                "backup_path": record.backup_path,
                "manifest": record.manifest.model_dump_json() if record.manifest else None,
                "validated_keys": Jsonb(dict(record.validated_keys)),
            },
        )


async def forget_record(connection: AsyncConnection[Any], database: str) -> None:
    """Forget a database that is about to be replaced."""
    if await _has_table(connection):
        await connection.execute(query("probe/forget"), {"database": database})


async def read_record(connection: AsyncConnection[Any], database: str | None = None) -> RestoreRecord | None:
    """The record of one database, or without a name the latest one; None where nothing was restored.

    `connection` is to the cluster's `postgres` database.
    """
    if not await _has_table(connection):
        return None
    cursor = await connection.execute(query("probe/read"), {"database": database})
    row = await cursor.fetchone()
    if row is None:
        return None
    name, run_id, nonce, backup_path, manifest, restored_at, keys = row
    return RestoreRecord(
        database=name,
        run_id=run_id,
        nonce=nonce,
        backup_path=backup_path,
        manifest=Manifest.model_validate_json(manifest) if manifest else None,
        restored_at=restored_at,
        validated_keys={int(oid): int(xmin) for oid, xmin in (keys or {}).items()},
    )


async def _has_table(connection: AsyncConnection[Any]) -> bool:
    row = await (await connection.execute(query("probe/exists"))).fetchone()
    return bool(row and row[0])
