"""What this machine and the source offer for a backup, and what to do where it is too little."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import psycopg

from drill_tui.postgres.backup.preflight import refuse_blindness, refuse_version
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.errors import RestoreError
from drill_tui.postgres.client.source import SourceError, is_configured, resolve
from drill_tui.postgres.client.spawn import clean
from drill_tui.postgres.client.tools import (
    ToolsMissingError,
    compressions,
    find_tools,
    installed,
    known_holes,
)
from drill_tui.postgres.content.facts import ServerFacts, read_database, read_server

OLDEST_PYTHON: Final = (3, 11)
PROGRAMS: Final = ("pg_dump", "pg_dumpall", "pg_restore", "psql")
LOW_DISK_BYTES: Final = 2 * 1024**3

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One thing that was looked at; `advice` is what to do, empty where all is well."""

    name: str
    status: Status
    found: str
    advice: str = ""


def checks(environment: Mapping[str, str]) -> list[DoctorCheck]:
    """Every check of the client programs, the disk and the source.  Reads only; takes at most seconds."""
    return [_python(), *_programs(environment), *asyncio.run(_source(environment)), _disk(environment)]


def _python() -> DoctorCheck:
    found = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if sys.version_info[:2] < OLDEST_PYTHON:
        return DoctorCheck("python", "fail", found, "Use Python 3.11 or newer.")
    return DoctorCheck("python", "ok", found)


def _programs(environment: Mapping[str, str]) -> list[DoctorCheck]:
    try:
        find_tools(environment, programs=PROGRAMS)
    except ToolsMissingError as error:
        return [DoctorCheck("client programs", "fail", "not all found", str(error))]
    found = []
    for tools in installed(environment):
        lacks = [program for program in PROGRAMS if not tools.has(program)]
        methods = ", ".join(compressions(str(tools.bin_dir / "pg_dump")))
        text = f"{tools.version} in {tools.bin_dir} ({tools.origin}; compresses with {methods})"
        if lacks:
            advice = f"It lacks {', '.join(lacks)}: install the complete client package."
            found.append(DoctorCheck("client programs", "warn", text, advice))
            continue
        holes = known_holes(tools.version)
        found.append(DoctorCheck("client programs", "warn" if holes else "ok", text, holes or ""))
    return found


async def _source(environment: Mapping[str, str]) -> list[DoctorCheck]:
    if not is_configured(environment):
        advice = "Set DB_HOST, DB_NAME and DB_USER (or DATABASE_URL) to drill your own database."
        return [DoctorCheck("source", "ok", "none configured: a drill makes its demo database", advice)]
    try:
        source = resolve(environment)
        async with await open_connection(source) as connection:
            return await _reached(environment, source.describe(), connection)
    except (SourceError, ConnectError) as error:
        return [DoctorCheck("source", "fail", "not reachable", str(error))]
    except psycopg.Error as error:
        words = clean(" ".join(str(error).split()))
        return [DoctorCheck("source", "fail", f"answers with an error: {words}", "See the server's log.")]


async def _reached(
    environment: Mapping[str, str], name: str, connection: psycopg.AsyncConnection[Any]
) -> list[DoctorCheck]:
    server = await read_server(connection)
    database = await read_database(connection)
    size = f"{database.size_bytes / 1e6:,.0f} MB"
    found = [DoctorCheck("source", "ok", f"{name}: PostgreSQL {server.version}, {size}")]
    found.append(await _readable(connection, server))
    try:
        tools = find_tools(environment, min_major=server.major, programs=("pg_dump", "pg_dumpall"))
    except ToolsMissingError as error:
        found.append(DoctorCheck("pg_dump for the source", "fail", "none is new enough", str(error)))
    else:
        found.append(DoctorCheck("pg_dump for the source", "ok", f"{tools.version} in {tools.bin_dir}"))
    found.append(_room(database.size_bytes))
    return found


async def _readable(connection: psycopg.AsyncConnection[Any], server: ServerFacts) -> DoctorCheck:
    try:
        refuse_version(server)
        await refuse_blindness(connection, server)
    except RestoreError as error:
        return DoctorCheck("source readable", "fail", str(error), error.advice)
    return DoctorCheck("source readable", "ok", f"role {server.role} sees every table, row and sequence")


def _room(size_bytes: int) -> DoctorCheck:
    """A drill needs room for the backup and for the restored copy at once."""
    free = shutil.disk_usage(Path.cwd()).free
    text = f"{free / 1e9:,.1f} GB free here, the database has {size_bytes / 1e9:,.1f} GB"
    if free < 2 * size_bytes:
        advice = (
            "A drill keeps the backup and the restored copy at once: free about twice the database's size."
        )
        return DoctorCheck("room for a drill", "warn", text, advice)
    return DoctorCheck("room for a drill", "ok", text)


def _disk(environment: Mapping[str, str]) -> DoctorCheck:
    place = Path(environment.get("DRILL_ARTIFACTS_DIR", "."))
    place = place if place.exists() else Path.cwd()
    free = shutil.disk_usage(place).free
    text = f"{free / 1e9:,.1f} GB free in {place.resolve()}"
    if free < LOW_DISK_BYTES:
        return DoctorCheck("disk", "warn", text, "Free some space before drilling.")
    return DoctorCheck("disk", "ok", text)
