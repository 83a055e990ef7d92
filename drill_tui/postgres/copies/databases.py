"""Copies of a restored database in its own cluster, to be broken: made from it as a template, and dropped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import psycopg
from psycopg import sql

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.probe.record import MAINTENANCE_DATABASE, forget_record, read_record, write_record

FILE_COPY_SINCE = 150000
CLONE_SINCE = 180000


@asynccontextmanager
async def copy_of(place: Connection, template: str, name: str) -> AsyncIterator[Connection]:
    """A copy of `template` called `name`, with a restore record of its own; gone afterwards.

    Its files are copied as files, as reflinks where server and file system can, so that none of its pages is
    in the server's memory.  Nobody may be connected to the template.  Raises ConnectError, psycopg.Error.
    """
    async with await open_connection(place, dbname=MAINTENANCE_DATABASE) as maintenance:
        await _create(maintenance, template, name)
    try:
        await _carry_over(place, template, name)
        yield replace(place, variables={**place.variables, "PGDATABASE": name})
    finally:
        async with await open_connection(place, dbname=MAINTENANCE_DATABASE) as maintenance:
            await forget_record(maintenance, name)
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            await maintenance.execute(drop.format(sql.Identifier(name)))


async def _carry_over(place: Connection, template: str, name: str) -> None:
    async with await open_connection(place, dbname=MAINTENANCE_DATABASE) as maintenance:
        async with maintenance.transaction():
            await maintenance.execute(query("copies/carry_over"), {"template": template, "name": name})
        record = await read_record(maintenance, template)
        if record is not None:
            await write_record(maintenance, replace(record, database=name))


async def _create(maintenance: psycopg.AsyncConnection[object], template: str, name: str) -> None:
    version = maintenance.info.server_version
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
        sql.Identifier(name), sql.Identifier(template), sql.Identifier(await _owner(maintenance, template))
    )
    if version >= FILE_COPY_SINCE:
        statement += sql.SQL(" STRATEGY file_copy")
    if version >= CLONE_SINCE:
        try:
            await maintenance.execute("SET file_copy_method = 'clone'")
            await maintenance.execute(statement)
        except psycopg.Error:
            await maintenance.execute("SET file_copy_method = 'copy'")
        else:
            return
    await maintenance.execute(statement)


async def _owner(maintenance: psycopg.AsyncConnection[object], template: str) -> str:
    cursor = await maintenance.execute(
        "SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = %s", [template]
    )
    row: tuple[str] | None = await cursor.fetchone()  # type: ignore[assignment]
    return row[0] if row else ""
