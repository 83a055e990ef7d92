"""The built-in actions on the source and on backups (`uses:`), and `sql:` steps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult, ActionSpec, Claim, Disposer
from drill_tui.postgres import catalog_of_source
from drill_tui.postgres.archive import latest
from drill_tui.postgres.backup import remove
from drill_tui.postgres.client.connect import ConnectError, in_utf8, open_connection
from drill_tui.postgres.client.source import KEYWORDS, Connection, SourceError, is_configured, resolve
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.content.facts import read_server
from drill_tui.postgres.content.fingerprint import fingerprints
from drill_tui.runbook.plays import Plays

PASSFILE_NAME: Final = "source.pgpass"
WHERE_VARIABLES: Final = {"host": "DB_HOST", "port": "DB_PORT", "dbname": "DB_NAME", "user": "DB_USER"}
SOURCE_OUTPUTS: Final = {
    "kind": "configured or demo",
    "host": "host name, address or socket directory",
    "port": "TCP port, or the number of the unix socket",
    "dbname": "the database",
    "user": "the role",
    "server_version": "of the source",
    "server_version_num": "as a number, such as 150018",
    "system_identifier": "empty where the role may not read it",
    "size_bytes": "of the database",
    "schema_sha256": "of the schema, to notice a change; empty where it cannot be told",
    "client_version": "of the pg_dump that would be used",
    "data_dir": "of the demo",
    "bin_dir": "of the demo",
    "server_log": "of the demo",
    "pid": "of the demo's postmaster",
}


async def open_source(context: ActionContext) -> ActionResult:
    """Connect to the configured source, or start the demo where none is configured.  Raises ActionError."""
    if not is_configured(context.environment):
        from drill_tui.demo.source import start_demo

        return await start_demo(context)
    try:
        source = resolve(context.environment)
        async with await open_connection(source) as connection:
            return await _configured(context, source, connection)
    except (SourceError, ConnectError) as error:
        raise ActionError(str(error)) from None
    except psycopg.Error as error:
        words = _words(error, source)
        raise ActionError(f"The source does not answer: {words} {in_utf8(words)}".strip()) from None


async def revive_source(context: ActionContext) -> ActionResult:
    """On resume: start the demo again, or connect to the configured source anew.  Raises ActionError."""
    if context.outputs_of(context.step).get("kind") == "demo":
        from drill_tui.demo.source import revive_demo

        return await revive_demo(context)
    return await open_source(context)


async def close_source(context: ActionContext) -> ActionResult:
    """Stop the demo, or remove the password file of a configured source."""
    outputs = context.outputs_of(context.arguments.get("source", "open_source"))
    if outputs.get("kind") == "demo":
        from drill_tui.demo.source import stop_demo

        await stop_demo(context, outputs)
    passfile = context.private_dir / PASSFILE_NAME
    passfile.unlink(missing_ok=True)
    context.release("file", str(passfile))
    return ActionResult()


async def query_sql(context: ActionContext) -> ActionResult:
    """Run a `sql:` step's query with bound parameters; the first row's columns become outputs.

    Read-only, except on a target that this run made.  Raises ActionError.
    """
    values = {
        name.removeprefix("params."): value
        for name, value in context.arguments.items()
        if name.startswith("params.")
    }
    try:
        source = resolve(context.environment)
        async with await open_connection(source, pin=False) as connection:
            if "DRILL_TARGET_NONCE" not in context.environment:
                await connection.execute("set default_transaction_read_only = on")
            row = await _first_row(connection, context.arguments["query"], values)
    except (SourceError, ConnectError) as error:
        raise ActionError(str(error)) from None
    except psycopg.Error as error:
        raise ActionError(f"The query failed: {_words(error, source)}") from None
    return ActionResult(outputs={name: value_text(value) for name, value in row.items()})


def value_text(value: object) -> str:
    """A column's value as an output: durations in seconds, nothing for NULL."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    return str(value)


async def dispose_file(claim: Claim, log: Callable[[str], None]) -> None:
    """Remove a claimed file of a run's private directory.  Raises ActionError for any other."""
    path = Path(claim.ref)
    if path.parent.name != "private" or path.parent.parent.name != claim.run_id:
        raise ActionError(f"{path} is not in the private directory of run {claim.run_id}; it is left alone")
    await asyncio.to_thread(path.unlink, missing_ok=True)
    log(f"{path} is gone.")


async def _configured(
    context: ActionContext, source: Connection, connection: psycopg.AsyncConnection[Any]
) -> ActionResult:
    server = await read_server(connection)
    cursor = await connection.execute("select pg_catalog.pg_database_size(pg_catalog.current_database())")
    size = await cursor.fetchone()
    info = connection.info
    env = _exported(info)
    if info.password:
        context.keep_secret(info.password)
        env["PGPASSFILE"] = str(_write_passfile(context, info.password))
    size_bytes = size[0] if size else 0
    context.log(
        f"Source: {source.describe()}, PostgreSQL {server.version}, {size_bytes / 1e6:,.1f} MB "
        f"(from {source.origin})"
    )
    return ActionResult(
        outputs={
            "kind": "configured",
            "host": info.host,
            "port": str(info.port),
            "dbname": info.dbname,
            "user": info.user,
            "server_version": server.version,
            "server_version_num": str(server.version_num),
            "system_identifier": server.system_identifier,
            "size_bytes": str(size_bytes),
            **await fingerprints(connection, server, context.environment),
        },
        env=env,
    )


def _exported(info: psycopg.ConnectionInfo) -> dict[str, str]:
    """The server that was reached, and how: a service file's settings are told one by one."""
    env = {
        "DB_HOST": info.host,
        "DB_PORT": str(info.port),
        "DB_NAME": info.dbname,
        "DB_USER": info.user,
    }
    by_keyword = {keyword: name for name, keyword in KEYWORDS.items()}
    skipped = {*WHERE_VARIABLES, "hostaddr", "password", "service", "application_name"}
    for keyword, value in info.get_parameters().items():
        if keyword in by_keyword and keyword not in skipped and value:
            env[by_keyword[keyword]] = value
    return env


def _write_passfile(context: ActionContext, password: str) -> Path:
    path = context.private_dir / PASSFILE_NAME
    context.claim("file", str(path))
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    path.write_text(f"*:*:*:*:{escaped}\n", "utf-8")
    return path


async def _first_row(
    connection: psycopg.AsyncConnection[Any], query: str, values: Mapping[str, str]
) -> dict[str, Any]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query.encode(), values or None)
        row = await cursor.fetchone() if cursor.description else None
    return row or {}


def _words(error: psycopg.Error, source: Connection) -> str:
    return clean(" ".join(str(error).split()), [source.password or ""])


ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec(
        name="source.open",
        plays=Plays.SOURCE,
        summary="Connect to the database that is drilled, or make a demo database where none is configured.",
        run=open_source,
        revive=revive_source,
        parameters={"scale": "size of the demo database, 1 is about 100,000 rows"},
        outputs=SOURCE_OUTPUTS,
    ),
    ActionSpec(
        name="source.close",
        summary="Close the source: stop the demo, remove the password file.",
        run=close_source,
        even_if_kept=True,
        parameters={"source": "the step that opened the source (open_source)"},
    ),
    ActionSpec(
        name="sql",
        summary="Run a query; the first row's columns become outputs.",
        run=query_sql,
        parameters={"query": "the SQL text"},
        required=frozenset({"query"}),
    ),
    remove.SPEC,
    latest.SPEC,
    catalog_of_source.SPEC,
)

DISPOSERS: Final[dict[str, Disposer]] = {"file": dispose_file, "backup": remove.dispose_backup}
