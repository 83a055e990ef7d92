"""May this target be restored into?  Facts are read first, then every rule is asked; nothing is changed.

Each refusal is one sentence that names what did not match.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from drill_tui.postgres.archive.manifest import Manifest
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.errors import RefusedError, RestoreUsageError
from drill_tui.postgres.client.source import Connection

NONCE_VARIABLE = "DRILL_TARGET_NONCE"
RESERVED = frozenset({"postgres", "template0", "template1"})
OLDEST_MAJOR = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingDatabase:
    """The target database as it is before the restore."""

    sessions: int
    objects: tuple[str, ...]
    """The first few things that somebody made in it."""
    object_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFacts:
    """What is known about the target."""

    version: str
    version_num: int
    system_identifier: str
    superuser: bool
    in_recovery: bool
    nonces: frozenset[str]
    database: ExistingDatabase | None
    missing_extensions: tuple[str, ...]

    @property
    def major(self) -> int:
        return self.version_num // 10000


def check_name(name: str) -> None:
    """Raises RestoreUsageError for a target database that no backup may be restored into."""
    if not name:
        raise RestoreUsageError(
            "no target database is named", advice="Set DB_NAME, for instance DB_NAME=shop_restore."
        )
    if name in RESERVED:
        raise RestoreUsageError(
            f"{name!a} is the target cluster's own database",
            advice="Set DB_NAME to a new name, for instance shop_restore.",
        )


async def inspect(
    connection: AsyncConnection[Any], target: Connection, name: str, extensions: tuple[str, ...]
) -> TargetFacts:
    """Read the facts; `connection` is to the target's `postgres` database."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query("restore/server"))
        server = await cursor.fetchone()
        assert server is not None  # noqa: S101 - a query without FROM has one row
        has_nonces = server.pop("has_nonces")
        await cursor.execute(query("restore/extensions"), {"names": list(extensions)})
        missing = tuple(row["name"] for row in await cursor.fetchall())
        nonces: frozenset[str] = frozenset()
        if has_nonces:
            await cursor.execute(query("restore/nonces"))
            nonces = frozenset(row["nonce"] for row in await cursor.fetchall())
        await cursor.execute(query("restore/database"), {"name": name})
        there = await cursor.fetchone()
    database = None if there is None else await _existing(target, name, int(there["sessions"]))
    return TargetFacts(**server, nonces=nonces, database=database, missing_extensions=missing)


async def _existing(target: Connection, name: str, sessions: int) -> ExistingDatabase:
    async with await open_connection(target, dbname=name) as connection:
        rows = await (await connection.execute(query("restore/objects"))).fetchall()
    return ExistingDatabase(
        sessions=sessions,
        objects=tuple(str(row[0]) for row in rows),
        object_count=int(rows[0][1]) if rows else 0,
    )


def refuse_unfit(
    facts: TargetFacts, manifest: Manifest | None, dumped_major: int, environment: Mapping[str, str]
) -> None:
    """Raises RefusedError when this cluster must not or cannot take the backup.

    `dumped_major` is the major version that the backup came from, 0 where it does not say.
    """
    nonce = environment.get(NONCE_VARIABLE, "")
    if nonce and nonce not in facts.nonces:
        raise RefusedError(
            "the target does not carry this drill's nonce: it is not the server that this drill started",
            advice="Nothing was changed. Look at DB_HOST and DB_PORT.",
        )
    came_from = manifest.server.system_identifier if manifest is not None else ""
    if facts.system_identifier == came_from and not facts.nonces:
        raise RefusedError(
            f"the target is the cluster that the backup came from (system identifier {came_from}, and no "
            "drill's nonce in it)",
            advice="Nothing was changed. Restore into another cluster.",
        )
    if facts.in_recovery:
        raise RefusedError("the target is a standby, which is read-only", advice="Name a primary server.")
    if not facts.superuser:
        raise RefusedError(
            "the target's user is no superuser, and owners, roles and extensions need one",
            advice="Set DB_USER to a superuser of the throw-away target.",
        )
    if facts.major < OLDEST_MAJOR:
        raise RefusedError(
            f"the target is PostgreSQL {facts.version}; {OLDEST_MAJOR} is the oldest supported"
        )
    if facts.major < dumped_major:
        raise RefusedError(
            f"the target is PostgreSQL {facts.version}, older than the backup's {dumped_major}",
            advice=f"Use a target of version {dumped_major} or newer.",
        )
    if facts.missing_extensions:
        names = ", ".join(facts.missing_extensions)
        raise RefusedError(
            f"the target lacks extensions that the backup needs: {names}",
            advice="Install them on the target's machine (often the package postgresql-contrib).",
        )


def refuse_occupied(facts: TargetFacts, name: str, *, replace: bool, confirmed: str) -> None:
    """Raises RefusedError when the target database holds something and nobody confirmed its loss.

    `confirmed` is the name that a person typed or gave by `--confirm`.
    """
    database = facts.database
    if database is None:
        return
    if database.object_count and not replace:
        raise RefusedError(
            f"the target database {name!a} is not empty: {_objects(database)}",
            advice=f"Name a new database, or give --replace --confirm {name}",
        )
    if database.object_count and confirmed != name:
        raise RefusedError(
            f"--replace needs the name {name!a} typed or given by --confirm, and got {confirmed!a}",
            advice=f"Nothing was changed. The database holds {_objects(database)}.",
        )
    if database.sessions and not database.object_count:
        raise RefusedError(
            f"{database.sessions} sessions are connected to the target database {name!a}",
            advice="Disconnect them and try again.",
        )


def _objects(database: ExistingDatabase) -> str:
    shown = ", ".join(database.objects)
    more = database.object_count - len(database.objects)
    return f"{shown}{f' and {more} more' if more > 0 else ''}"
