"""Makes the target database like the source's: encoding, locale, owner; at the end comment, settings, grants.

`pg_restore --create` would give it the source's name, so that a copy could not stand beside anything; what
that option restores is done here.
"""

from __future__ import annotations

import re
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, sql

from drill_tui.postgres.archive.manifest import DatabaseInfo
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.errors import CouldNotTellError, RefusedError
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.client.spawn import clean

LISTS_OF_NAMES: Final = frozenset(
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)
"""Settings whose values are stored with every name quoted (GUC_LIST_QUOTE; pg_dump knows the same six)."""
_NAME: Final = re.compile(r'"(?:[^"]|"")*"|[^",\s]+')


def names_of(value: str) -> list[str]:
    """The names of a stored list, which ALTER DATABASE takes one by one: one text would be one name."""
    names = _NAME.findall(value) or [""]
    return [name[1:-1].replace('""', '"') if name.startswith('"') else name for name in names]


async def create_database(
    connection: AsyncConnection[Any], name: str, wanted: DatabaseInfo | None, major: int
) -> None:
    """Create it from template0.  Raises CouldNotTellError where the target lacks its encoding or locale."""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    if wanted is not None:
        statement += sql.SQL(" OWNER {}").format(sql.Identifier(wanted.owner)) + _locale(wanted, major)
    try:
        await connection.execute(statement)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise CouldNotTellError(
            f"the target cannot create a database like the source's: {clean(str(error))}",
            advice="Use a target whose operating system and PostgreSQL build have this encoding and locale.",
        ) from None


def _locale(wanted: DatabaseInfo, major: int) -> sql.Composable:
    parts: list[tuple[str, str]] = [
        ("ENCODING", wanted.encoding),
        ("LC_COLLATE", wanted.collate),
        ("LC_CTYPE", wanted.ctype),
    ]
    provider = {"i": "icu", "b": "builtin"}.get(wanted.locale_provider)
    if major >= 15:
        parts.append(("LOCALE_PROVIDER", provider or "libc"))
    if provider and wanted.locale:
        parts.append(("ICU_LOCALE" if provider == "icu" else "BUILTIN_LOCALE", wanted.locale))
    return sql.SQL("").join(
        sql.SQL(" {} = {}").format(sql.SQL(key), sql.Literal(value)) for key, value in parts
    )


async def drop_database(connection: AsyncConnection[Any], target: Connection, name: str) -> None:
    """Drop it with its subscriptions, which would otherwise hold it.  Raises RefusedError if in use."""
    async with await open_connection(target, dbname=name) as inside:
        await _silence(inside)
    try:
        await connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    except psycopg.errors.ObjectInUse as error:
        raise RefusedError(
            f"the target database {name!a} cannot be dropped: {clean(str(error))}",
            advice="End what uses it, and try again.",
        ) from None


async def _silence(inside: AsyncConnection[Any]) -> None:
    """Event triggers could refuse the end of the subscriptions; changing an event trigger fires none."""
    triggers = await inside.execute("SELECT evtname FROM pg_catalog.pg_event_trigger")
    for (name,) in await triggers.fetchall():
        await inside.execute(sql.SQL("ALTER EVENT TRIGGER {} DISABLE").format(sql.Identifier(name)))
    subscriptions = await inside.execute(
        "SELECT subname FROM pg_catalog.pg_subscription WHERE subdbid ="
        " (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
    )
    for (name,) in await subscriptions.fetchall():
        subscription = sql.Identifier(name)
        for words in ("DISABLE", "SET (slot_name = NONE)"):
            await inside.execute(sql.SQL("ALTER SUBSCRIPTION {} {}").format(subscription, sql.SQL(words)))
        await inside.execute(sql.SQL("DROP SUBSCRIPTION {}").format(subscription))


async def finish_database(
    connection: AsyncConnection[Any], target: Connection, name: str, wanted: DatabaseInfo
) -> list[str]:
    """Set its comment, grants and settings; what could not be set, in sentences.

    Settings come last: some of them (a read-only default, a search path) would get in the restore's way.
    Raises ConnectError where the settings keep everybody from connecting.
    """
    database = sql.Identifier(name)
    if wanted.comment is not None:
        await connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(wanted.comment))
        )
    if wanted.acl:
        await _grant(connection, database, wanted)
    left: list[str] = []
    for line in wanted.settings:
        parameter, _, value = line.partition("=")
        problem = await _set(connection, database, parameter, value)
        if problem:
            left.append(f"the setting {parameter!a} of the database was not set: {problem}")
    await (await open_connection(target, dbname=name, pin=False)).close()
    return left


async def _grant(connection: AsyncConnection[Any], database: sql.Identifier, wanted: DatabaseInfo) -> None:
    cursor = await connection.execute(query("restore/database_acl"), {"acl": list(wanted.acl)})
    grants = await cursor.fetchall()
    async with connection.transaction():
        for nobody in (sql.SQL("PUBLIC"), sql.Identifier(wanted.owner)):
            await connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM {}").format(database, nobody))
        for grantee, privilege, grantable in grants:
            await connection.execute(
                sql.SQL("GRANT {} ON DATABASE {} TO {}{}").format(
                    sql.SQL(privilege),
                    database,
                    sql.SQL("PUBLIC") if grantee is None else sql.Identifier(grantee),
                    sql.SQL(" WITH GRANT OPTION" if grantable else ""),
                )
            )


async def _set(
    connection: AsyncConnection[Any], database: sql.Identifier, parameter: str, value: str
) -> str | None:
    """Store the value as it was stored."""
    alter = sql.SQL("ALTER DATABASE {} SET {}").format(database, sql.Identifier(parameter))
    values = names_of(value) if parameter.lower() in LISTS_OF_NAMES else [value]
    try:
        await connection.execute(
            sql.SQL("{} TO {}").format(alter, sql.SQL(", ").join(sql.Literal(one) for one in values))
        )
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        return clean(str(error))
    return None
