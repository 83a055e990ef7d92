"""What a drill was taken from, as hashes and versions, so that `due` can notice a change (issue 5)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import psycopg

from drill_tui.postgres.backup_facts import read_server
from drill_tui.postgres.catalog import query
from drill_tui.postgres.connect import ConnectError, open_connection
from drill_tui.postgres.source import SourceError, is_configured, resolve
from drill_tui.postgres.tools import ToolsMissingError, find_tools

ANSWER_WITHIN_S = 15.0


async def schema_sha256(connection: psycopg.AsyncConnection[Any]) -> str:
    """One hash over every definition in the database, over a connection with pinned settings."""
    digest = hashlib.sha256()
    cursor = await connection.execute(query("schema_fingerprint"))
    async for (line,) in cursor:
        digest.update(line.encode() + b"\0")
    return digest.hexdigest()


async def fingerprints(
    connection: psycopg.AsyncConnection[Any], environment: Mapping[str, str]
) -> dict[str, str]:
    """`schema_sha256`, `server_version` and, where there are client programs, `client_version`."""
    server = await read_server(connection)
    found = {"schema_sha256": await schema_sha256(connection), "server_version": server.version}
    try:
        tools = await asyncio.to_thread(find_tools, environment, min_major=server.version_num // 10_000)
    except ToolsMissingError:
        return found
    return {**found, "client_version": str(tools.version)}


def current_fingerprints(environment: Mapping[str, str]) -> dict[str, str]:
    """Those of the configured source of today; empty where none is configured or none answers in 15 s."""
    if not is_configured(environment):
        return {}
    try:
        return asyncio.run(asyncio.wait_for(_current(environment), ANSWER_WITHIN_S))
    except (SourceError, ConnectError, psycopg.Error, TimeoutError):
        return {}


async def _current(environment: Mapping[str, str]) -> dict[str, str]:
    async with await open_connection(resolve(environment)) as connection:
        return await fingerprints(connection, environment)
