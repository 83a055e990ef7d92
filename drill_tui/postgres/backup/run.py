"""Taking a backup: a dump, and beside it the evidence of what the dump must contain, from one snapshot."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from drill_tui.postgres.archive import folder
from drill_tui.postgres.archive.manifest import (
    CHECKSUMS_NAME,
    DUMP_NAME,
    GLOBALS_NAME,
    MANIFEST_NAME,
    Manifest,
)
from drill_tui.postgres.backup import preflight
from drill_tui.postgres.backup.describe import (
    Evidence,
    Settings,
    SnapshotFacts,
    can_be_summed,
    manifest_of,
)
from drill_tui.postgres.backup.dump import DumpOrder, choose_compression, dump, dump_globals
from drill_tui.postgres.backup.opening import take_snapshot
from drill_tui.postgres.backup.progress import DumpProgress, Report, TimeLeft, watch_dump
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.client.tools import find_tools, known_holes, unknown_to
from drill_tui.postgres.content import standby
from drill_tui.postgres.content.digest import Depth, RowSum, Slice
from drill_tui.postgres.content.facts import ServerFacts, read_server, sum_large_objects
from drill_tui.postgres.content.fingerprint import schema_sha256
from drill_tui.postgres.content.materialized import count_populated
from drill_tui.postgres.content.snapshot import begin_in, sum_tables

AnyConnection = psycopg.AsyncConnection[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for.  `jobs` 0 means one per core; `compression` empty means the client's best."""

    output: Path
    environment: Mapping[str, str]
    jobs: int = 0
    compression: str = ""
    depth: Depth = "full"
    lock_timeout_s: float = 60.0
    say: Callable[[str], None]
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A complete backup at its final, absolute path.  `size_bytes` is that of all its files."""

    path: Path
    size_bytes: int
    manifest: Manifest
    detail: str
    coverage: str


async def backup(request: Request, source: Connection, leader: AnyConnection) -> Done:
    """Take a backup over an open connection.

    On any failure nothing has the final name, and the folder it grew in is removed.  Raises BackupBadError
    where the database cannot be backed up as it is, CouldNotTellError, ToolsMissingError, ConnectError,
    psycopg.Error where the server went away, and OSError.
    """
    started_at, started = datetime.now(UTC), time.monotonic()
    await preflight.limit_waits(leader, request.lock_timeout_s)
    server = await read_server(leader)
    preflight.refuse_version(server)
    settings = _settings(request, server)
    await preflight.refuse_blindness(leader, server)
    _introduce(request, source, server, settings)
    request.output.mkdir(parents=True, exist_ok=True)
    for left in folder.leftovers(request.output):
        request.say(f"Left from an interrupted backup, remove it when no backup runs: {left}")
    run_id = request.environment.get("DRILL_RUN_ID")
    name = folder.backup_name(leader.info.dbname, started_at)
    partial = folder.start_partial(request.output.resolve(), name, run_id)
    try:
        facts = await take_snapshot(leader, server)
        if facts.lags:
            request.say(f"Warning: {standby.behind(facts.taken_at)}")
        found = await _dump_and_digest(request, source, server, settings, facts, partial)
        if facts.name is None:
            await standby.refuse_moved(leader, facts.lsn)
        taken = await asyncio.to_thread(folder.folder_size, partial / DUMP_NAME)
        found.timings.total_s = time.monotonic() - started
        manifest = manifest_of(
            backup_id=partial.name.removesuffix(folder.PARTIAL_SUFFIX),
            run_id=run_id,
            started_at=started_at,
            server=server,
            address=(leader.info.host, leader.info.port),
            settings=settings,
            facts=facts,
            found=found,
            dump_size=taken,
        )
        manifest = await asyncio.to_thread(_write_evidence, request, settings, partial, found, manifest)
        final = folder.publish(partial)
    except BaseException:
        folder.discard(partial)
        raise
    return _done(final, server, manifest)


def _settings(request: Request, server: ServerFacts) -> Settings:
    tools = find_tools(request.environment, min_major=server.major, programs=("pg_dump", "pg_dumpall"))
    return Settings(
        tools=tools,
        jobs=request.jobs or len(os.sched_getaffinity(0)),
        compression=choose_compression(tools, request.compression),
        depth=request.depth,
        lock_timeout_s=request.lock_timeout_s,
    )


def _introduce(request: Request, source: Connection, server: ServerFacts, settings: Settings) -> None:
    request.say(f"Backing up {source.describe()} (PostgreSQL {server.version}) to {request.output}")
    request.say(
        f"pg_dump {settings.tools.version} from {settings.tools.bin_dir}, {settings.jobs} jobs, "
        f"compression {settings.compression}, digest {settings.depth}"
    )
    client = settings.tools.version
    for warning in (known_holes(client), unknown_to(client, server.version_num)):
        if warning:
            request.say(f"Warning: {warning}")


async def _dump_and_digest(
    request: Request,
    source: Connection,
    server: ServerFacts,
    settings: Settings,
    facts: SnapshotFacts,
    partial: Path,
) -> Evidence:
    """Dump, roles, digests and large objects at the same time; the first failure ends the others."""
    order = DumpOrder(
        tools=settings.tools,
        source=source,
        snapshot=facts.name,
        database=facts.database.name,
        jobs=settings.jobs,
        compression=settings.compression,
        lock_timeout_s=settings.lock_timeout_s,
        in_the_way=server.in_the_way,
    )
    tables = [table for table in facts.tables if can_be_summed(table, server)]
    counted: dict[int, int] = {}
    progress = DumpProgress(tables, in_order=settings.jobs > 1 and facts.name is not None, rows=counted)
    found = Evidence()

    async def connect() -> AnyConnection:
        connection = await open_connection(source)
        await preflight.limit_waits(connection, settings.lock_timeout_s)
        return connection

    def on_part(part: Slice, partial_sum: RowSum) -> None:
        if part.share >= 1:
            counted[part.table.oid] = partial_sum.rows

    async def dump_all() -> None:
        await _timed(dump(order, partial / DUMP_NAME, request.say), found, "dump_s")

    async def digest() -> None:
        work = sum_tables(
            connect,
            tables,
            depth=settings.depth,
            jobs=settings.jobs,
            snapshot=facts.name,
            on_part=on_part,
        )
        found.sums = await _timed(work, found, "digest_s")

    async def large_objects() -> None:
        connection = await connect()
        try:
            await connection.execute(begin_in(facts.name))
            found.schema_sha256 = await schema_sha256(connection)
            found.large_objects = await sum_large_objects(connection, settings.depth)
            found.view_rows = await count_populated(connection, facts.tables)
        finally:
            await connection.close()

    watcher = asyncio.create_task(_watch(connect, progress, request.report))
    try:
        async with asyncio.TaskGroup() as group:
            for work in (dump_all(), digest(), large_objects()):
                group.create_task(work)
            group.create_task(dump_globals(order, partial / GLOBALS_NAME, request.say))
    except BaseExceptionGroup as failures:
        raise _first(failures) from None
    finally:
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher
    return found


async def _watch(
    connect: Callable[[], Awaitable[AnyConnection]], progress: DumpProgress, report: Report
) -> None:
    connection = await connect()
    try:
        await watch_dump(connection, progress, report)
    finally:
        await connection.close()


async def _timed(work: Awaitable[T], found: Evidence, name: str) -> T:
    started = time.monotonic()
    result = await work
    setattr(found.timings, name, time.monotonic() - started)
    return result


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The failure that says most: a program's own verdict before a lost connection."""
    flat = [
        _first(failure) if isinstance(failure, BaseExceptionGroup) else failure
        for failure in failures.exceptions
    ]
    return min(flat, key=lambda failure: isinstance(failure, psycopg.Error | asyncio.CancelledError))


def _write_evidence(
    request: Request, settings: Settings, partial: Path, found: Evidence, manifest: Manifest
) -> Manifest:
    """Write checksums and the manifest, complete with how long that took."""
    started, left = time.monotonic(), TimeLeft()
    folder.sync(partial / GLOBALS_NAME)

    def on_bytes(done: int, total: int) -> None:
        request.report("checksums", done, total, left.estimate(done, total))

    sums = folder.checksums(partial, settings.jobs, on_bytes)
    checksum_s = round(time.monotonic() - started, 3)
    timed = manifest.durations.model_copy(
        update={"checksum_s": checksum_s, "total_s": round(manifest.durations.total_s + checksum_s, 3)}
    )
    finished = manifest.model_copy(update={"durations": timed, "finished_at": datetime.now(UTC)})
    text = finished.model_dump_json(indent=1) + "\n"
    folder.write_durably(partial / MANIFEST_NAME, text)
    line = folder.checksum_line(partial, MANIFEST_NAME)
    folder.write_durably(partial / CHECKSUMS_NAME, sums + line)
    return finished


def _done(final: Path, server: ServerFacts, manifest: Manifest) -> Done:
    rows = sum(table.rows or 0 for table in manifest.tables)
    counted = sum(table.rows is not None for table in manifest.tables)
    sight = "superuser" if server.superuser else "bypasses row-level security" if server.bypasses_rls else ""
    why = sight or "no row-level security applies to it"
    size_bytes = folder.folder_size(final)[1]
    evidence = "counted and digested" if manifest.digest_depth == "full" else "counted"
    return Done(
        path=final,
        size_bytes=size_bytes,
        manifest=manifest,
        detail=(
            f"{final.name}: {counted} tables, {rows:,} rows, {size_bytes / 1e6:,.1f} MB "
            f"in {manifest.durations.total_s:.1f} s; role {server.role} sees every row ({why})"
        ),
        coverage=f"Every row was {evidence} in the dump's own snapshot. " + " ".join(manifest.coverage),
    )
