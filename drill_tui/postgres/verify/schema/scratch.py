"""An empty database beside the restored one, to see how this server writes the archive's definitions."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from psycopg import sql

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.source import Connection as Place
from drill_tui.postgres.client.tools import Tools

PREFIX = "drill_tui_scratch_"


@dataclass(frozen=True, slots=True)
class ScratchDatabase:
    """May be created only in a drill's own target.  `tools` are of the target's major version."""

    tools: Tools

    @asynccontextmanager
    async def created(self, like: Place) -> AsyncIterator[Place]:
        """A new database with the encoding and locale of `like`, dropped again whatever happens.

        Raises psycopg.Error where it cannot be created, ConnectError.
        """
        name = PREFIX + secrets.token_hex(8)
        await _create(like, name)
        try:
            yield replace(like, variables={**like.variables, "PGDATABASE": name})
        finally:
            await asyncio.shield(_drop(like, name))


async def _create(like: Place, name: str) -> None:
    async with await open_connection(like) as connection:
        row = await (await connection.execute(query("verify/database"))).fetchone()
        encoding, collate, ctype, provider, locale = row[:5] if row else ("UTF8", "C", "C", "c", None)
        options = sql.SQL("TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
            sql.Literal(encoding), sql.Literal(collate), sql.Literal(ctype)
        )
        if provider == "i":
            options += sql.SQL(" LOCALE_PROVIDER icu ICU_LOCALE {}").format(sql.Literal(locale))
        elif provider == "b":
            options += sql.SQL(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {}").format(sql.Literal(locale))
        await connection.execute(sql.SQL("CREATE DATABASE {} ").format(sql.Identifier(name)) + options)


async def _drop(like: Place, name: str) -> None:
    async with await open_connection(like) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        await connection.execute(drop.format(sql.Identifier(name)))
