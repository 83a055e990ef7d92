"""What a drill was taken from, as hashes and versions, so that `due` can notice a change."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import psycopg

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.source import SourceError, is_configured, resolve
from drill_tui.postgres.client.tools import ToolsMissingError, find_tools
from drill_tui.postgres.content.facts import ServerFacts, read_server
from drill_tui.postgres.content.source_today import NOT_CONFIGURED, OF_THE_SOURCE, SourceToday, silent

ANSWER_WITHIN_S = 15.0
NO_CLIENTS = "no client programs for that server are installed; `drill-tui doctor` says which are needed"


async def schema_sha256(connection: psycopg.AsyncConnection[Any]) -> str:
    """One hash over every definition in the database, over a connection with pinned settings."""
    digest = hashlib.sha256()
    cursor = await connection.execute(query("content/fingerprint"))
    async for (line,) in cursor:
        digest.update(line.encode() + b"\0")
    return digest.hexdigest()


async def fingerprints(
    connection: psycopg.AsyncConnection[Any], server: ServerFacts, environment: Mapping[str, str]
) -> dict[str, str]:
    """`schema_sha256`, `server_version` and, where there are client programs, `client_version`."""
    found = {"schema_sha256": await schema_sha256(connection), "server_version": server.version}
    try:
        tools = await asyncio.to_thread(find_tools, environment, min_major=server.version_num // 10_000)
    except ToolsMissingError:
        return found
    return {**found, "client_version": str(tools.version)}


def source_today(environment: Mapping[str, str]) -> SourceToday:
    """Asks the configured source, for at most 15 s.  Never raises for one that does not answer."""
    if not is_configured(environment):
        return silent(NOT_CONFIGURED)
    try:
        return asyncio.run(asyncio.wait_for(_today(environment), ANSWER_WITHIN_S))
    except TimeoutError:
        return silent(f"the source did not answer within {ANSWER_WITHIN_S:g} s; check that it can be reached")
    except psycopg.Error as error:
        why = " ".join(str(error).split()) or type(error).__name__
        return silent(f"the source refused: {why}; check what the role may read")
    except (SourceError, ConnectError) as error:
        return silent(str(error).rstrip("."))


async def _today(environment: Mapping[str, str]) -> SourceToday:
    async with await open_connection(resolve(environment)) as connection:
        info, server = connection.info, await read_server(connection)
        found = await fingerprints(connection, server, environment)
        return SourceToday(
            fingerprints=found,
            unknown={name: NO_CLIENTS for name in OF_THE_SOURCE if name not in found},
            where={
                "host": info.host,
                "port": str(info.port),
                "dbname": info.dbname,
                "system_identifier": server.system_identifier,
            },
        )
