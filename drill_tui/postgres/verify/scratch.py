"""An empty database beside the restored one, to see how this server writes the archive's definitions."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

from drill_tui.postgres.source import Connection as Place
from drill_tui.postgres.tools import Tools

PREFIX = "drill_tui_scratch_"
_LIKE = """
SELECT pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
       coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'),
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')
  FROM pg_catalog.pg_database AS d
 WHERE d.datname = pg_catalog.current_database()
"""


@dataclass(frozen=True, slots=True)
class ScratchDatabase:
    """May be created only in a drill's own target.  `tools` are of the target's major version."""

    tools: Tools

    @asynccontextmanager
    async def created(self, like: Place) -> AsyncIterator[Place]:
        """A new database with the encoding and locale of `like`, dropped again whatever happens.

        Raises psycopg.Error where it cannot be created.
        """
        name = PREFIX + secrets.token_hex(8)
        await asyncio.to_thread(_create, like, name)
        try:
            yield replace(like, variables={**like.variables, "PGDATABASE": name})
        finally:
            await asyncio.shield(asyncio.to_thread(_drop, like, name))


def _create(like: Place, name: str) -> None:
    with psycopg.connect(**like.keywords(), autocommit=True) as connection:
        row = connection.execute(_LIKE).fetchone()
        if row is None:
            raise psycopg.OperationalError("the restored database is gone")
        encoding, collate, ctype, provider, locale = row
        options = sql.SQL("TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
            sql.Literal(encoding), sql.Literal(collate), sql.Literal(ctype)
        )
        if provider == "i":
            options += sql.SQL(" LOCALE_PROVIDER icu ICU_LOCALE {}").format(sql.Literal(locale))
        elif provider == "b":
            options += sql.SQL(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {}").format(sql.Literal(locale))
        connection.execute(sql.SQL("CREATE DATABASE {} ").format(sql.Identifier(name)) + options)


def _drop(like: Place, name: str) -> None:
    with psycopg.connect(**like.keywords(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
