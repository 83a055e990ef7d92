"""Opening psycopg connections whose settings never change what a value looks like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from drill_tui.postgres.client.source import Connection, Origin
from drill_tui.postgres.client.spawn import clean

IN_TEXT: Final = {"client_encoding": "UTF8"}
"""A connection's keyword without which a database in SQL_ASCII answers with bytes (psycopg's manual)."""
UNHINDERED: Final = {
    "default_transaction_read_only": "off",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "array_nulls": "on",
}
"""What a database or a role sets for its sessions (ALTER DATABASE, ALTER ROLE … SET) must not stop ours."""
PINNED: Final = {
    **UNHINDERED,
    "search_path": "",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "quote_all_identifiers": "off",
    "row_security": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "synchronize_seqscans": "on",
}
"""Session settings under which digests are taken, so that source and copy write values alike."""


NONE: Final[Mapping[str, str]] = {}
DatabaseError, LockNotAvailable = psycopg.Error, psycopg.errors.LockNotAvailable
"""Whatever a server or its connection refuses, and a lock not had; for callers without the driver."""

UNREACHED: Final = ("connection refused", "translate host name", "resolve host", "no such file")
"""Signs in libpq's and psycopg's words that no server answers at that address."""

NAMED_BY: Final[Mapping[Origin, tuple[str, str, str]]] = {
    "DB_*": ("DB_HOST and DB_PORT", "DB_USER and DB_PASSWORD", "DB_NAME and DB_USER"),
    "DATABASE_URL": (
        "the host and port in DATABASE_URL",
        "the user and password in DATABASE_URL",
        "the database and user in DATABASE_URL",
    ),
    "libpq": ("PGHOST and PGPORT", "PGUSER and PGPASSWORD", "PGDATABASE and PGUSER"),
    "drill.toml": (
        "the host and port in drill.toml",
        "the user in drill.toml, and DB_PASSWORD or the passfile",
        "the dbname and user in drill.toml",
    ),
}
"""Where people set what a connection uses: address, account, database."""


class ConnectError(Exception):
    """No connection; the text says to where, why and what to do next."""


async def open_connection(
    target: Connection, *, dbname: str | None = None, pin: bool = True, settings: Mapping[str, str] = NONE
) -> psycopg.AsyncConnection[Any]:
    """An autocommit connection in UTF-8, with the settings of `PINNED`, or without `pin` of `UNHINDERED`.

    `settings` are set over them.  Raises ConnectError.
    """
    try:
        connection = await psycopg.AsyncConnection.connect(
            make_conninfo(**target.keywords(dbname=dbname) | IN_TEXT),
            autocommit=True,
            prepare_threshold=None,
        )
    except psycopg.Error as error:
        raise ConnectError(explain(error, target)) from None
    try:
        await set_session(connection, {**(PINNED if pin else UNHINDERED), **settings})
    except BaseException:
        await connection.close()
        raise
    return connection


async def set_session(connection: psycopg.AsyncConnection[Any], wanted: Mapping[str, str]) -> None:
    """Set each, and from PostgreSQL 17 also lift the limit on a transaction's time."""
    settings = dict(wanted)
    if connection.info.server_version >= 170000:
        settings["transaction_timeout"] = "0"
    await connection.execute(
        "select pg_catalog.set_config(name, value, false)"
        " from pg_catalog.jsonb_each_text(%s::pg_catalog.jsonb) as wanted (name, value)",
        [json.dumps(settings)],
    )


def explain(error: psycopg.Error, target: Connection) -> str:
    """The server's own words about a failed connection, with what to do about the common ones."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = " ".join(line if line.endswith((".", "?", "!")) else f"{line}." for line in lines)
    words = clean(said, [target.password or ""])
    low = words.lower()
    address, account, database = NAMED_BY[target.origin]
    if "password authentication failed" in low or "no password supplied" in low:
        advice = f"Check {account} (or the password file)."
    elif any(sign in low for sign in UNREACHED):
        advice = f"Check {address}, and that the server is running."
    elif "does not exist" in low:
        advice = f"Check {database}."
    elif "no pg_hba.conf entry" in low:
        advice = "Allow this host in the server's pg_hba.conf, or set PGSSLMODE."
    elif "in a read-only transaction" in low:
        advice = (
            "An event trigger writes at every login: let it ask pg_is_in_recovery() and "
            "transaction_read_only first, or connect where it may write."
        )
    elif "too many" in low or "remaining connection slots" in low:
        advice = "Use fewer jobs (--jobs), or raise max_connections."
    elif "timeout" in low:
        advice = "Check that the server can be reached from here, or raise PGCONNECT_TIMEOUT."
    else:
        advice = "Check the connection settings."
    return f"Cannot connect to {target.describe()}: {words} {advice}"


def in_utf8(words: str) -> str:
    """What to do about a server's words on bytes that are no text in UTF-8; empty for other words."""
    if "invalid byte sequence for encoding" not in words:
        return ""
    return (
        "Rows may hold any bytes, but names, functions, defaults, views and settings are read as UTF-8: "
        "write the one with these bytes anew (a database in SQL_ASCII does not look at encodings)."
    )


async def value_of(connection: psycopg.AsyncConnection[Any], statement: str) -> Any:
    """The first column of the first row; None without one.  Raises psycopg.Error."""
    row = await (await connection.execute(statement.encode())).fetchone()
    return row[0] if row else None


async def text_of(connection: psycopg.AsyncConnection[Any], statement: str) -> str:
    """The same as text, empty for none.  Raises psycopg.Error."""
    value = await value_of(connection, statement)
    return "" if value is None else str(value)
