"""What a target says about itself: whose it is, which cluster it is, and whether it can reach the source."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import DictRow, dict_row

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import IN_TEXT, UNHINDERED, set_session
from drill_tui.postgres.client.source import SourceError, resolve

PROBE_TIMEOUT_S = 3
NOT_INHERITED = {"hostaddr": "", "options": "", "password": "", "target_session_attrs": "any"}
"""Set, so that libpq does not take them from this process's own environment: an inherited PGHOSTADDR would
lead to another server under the target's name."""


class TargetError(Exception):
    """No connection to the target, or a query on it failed; the message is the server's, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    system_identifier: str
    server_version: str
    server_version_num: int
    data_directory: str | None
    """None for a role that may not see it."""
    is_superuser: bool
    has_nonce: bool
    """Whether the nonce that was asked for is written in this cluster's `postgres` database."""


@asynccontextmanager
async def connected(
    env: Mapping[str, str], dbname: str | None = None
) -> AsyncIterator[AsyncConnection[DictRow]]:
    """A connection by the variables of `env` alone.  Raises TargetError."""
    try:
        keywords = NOT_INHERITED | resolve(env).keywords(dbname=dbname) | IN_TEXT
        connection = await AsyncConnection.connect(
            make_conninfo("", **keywords), autocommit=True, row_factory=dict_row
        )
    except SourceError as unclear:
        raise TargetError(str(unclear)) from unclear
    except psycopg.Error as refused:
        raise TargetError(_one_line(refused)) from refused
    try:
        await set_session(connection, UNHINDERED)
        yield connection
    except psycopg.Error as refused:
        raise TargetError(_one_line(refused)) from refused
    finally:
        await connection.close()


async def identity(env: Mapping[str, str], nonce: str) -> Identity:
    """Read who the target is, and whether it carries the nonce.  Raises TargetError."""
    async with connected(env, "postgres") as connection:
        row = await _first(connection, "probe/identity", {})
        has_table = row.pop("has_target_table")
        found = await _first(connection, "probe/nonce_read", {"nonce": nonce}) if has_table else {}
        return Identity(**row, has_nonce=bool(found))


async def carries_nonce(env: Mapping[str, str], nonce: str) -> bool:
    """Whether a server carries the nonce; asks for nothing that an ordinary role may not see.

    Raises TargetError.
    """
    async with connected(env, "postgres") as connection:
        row = await _first(connection, "probe/has_target", {})
        if not row["has_target_table"]:
            return False
        return bool(await _first(connection, "probe/nonce_read", {"nonce": nonce}))


async def write_nonce(env: Mapping[str, str], run_id: str, nonce: str) -> None:
    """Mark the target as this run's, in its `postgres` database.  Raises TargetError."""
    async with connected(env, "postgres") as connection:
        await connection.execute(query("probe/nonce_write"))
        await connection.execute(
            query("probe/nonce_insert"), {"nonce": nonce, "run_id": run_id}, prepare=False
        )


async def read_settings(env: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Server settings by name, with their units.  Raises TargetError."""
    async with connected(env, "postgres") as connection:
        rows = await (await connection.execute(query("probe/settings"), {"names": list(names)})).fetchall()
        return {row["name"]: row["value"] for row in rows}


async def database_size(env: Mapping[str, str], database: str) -> int:
    """Bytes on disk of a database.  Raises TargetError."""
    async with connected(env, "postgres") as connection:
        return int((await _first(connection, "probe/size", {"database": database}))["size_bytes"])


async def can_reach(env: Mapping[str, str], host: str, port: str, bin_dir: str) -> bool | None:
    """Whether a program inside the target can reach a PostgreSQL server at `host`.

    A real attempt by `pg_isready` in the target's own process tree (COPY FROM PROGRAM), the way that a
    restored dump would take.  None when the attempt cannot be made: it then proves nothing.
    """
    program = f"{bin_dir}/pg_isready" if bin_dir else "pg_isready"
    attempt = shlex.join([program, "-h", host, "-p", port, "-t", str(PROBE_TIMEOUT_S)])
    statement = sql.SQL("COPY reached FROM PROGRAM {}").format(
        sql.Literal(f"{attempt} >/dev/null 2>&1; echo $?")
    )
    async with connected(env, "postgres") as connection:
        await connection.execute("CREATE TEMPORARY TABLE reached (status int)")
        try:
            await connection.execute(statement)
        except psycopg.Error:
            return None
        row = await (await connection.execute("SELECT status FROM reached")).fetchone()
    answers: dict[int, bool] = {0: True, 1: True, 2: False}
    return answers.get(row["status"]) if row else None


async def has_routes(env: Mapping[str, str]) -> bool | None:
    """Whether the target's own network leads anywhere but to itself; None when it cannot be looked at.

    /proc/net/route lists every IPv4 route but those of loopback (proc_pid_net(5)).
    """
    try:
        async with connected(env, "postgres") as connection:
            await connection.execute("CREATE TEMPORARY TABLE route (line text)")
            await connection.execute("COPY route FROM PROGRAM 'tail -n +2 /proc/self/net/route'")
            row = await (await connection.execute("SELECT count(*) AS routes FROM route")).fetchone()
    except TargetError:
        return None
    return bool(row and row["routes"])


async def _first(
    connection: AsyncConnection[DictRow], name: str, parameters: Mapping[str, object]
) -> DictRow:
    row = await (await connection.execute(query(name), parameters)).fetchone()
    return row or {}


def _one_line(problem: BaseException) -> str:
    return " ".join(str(problem).split())
