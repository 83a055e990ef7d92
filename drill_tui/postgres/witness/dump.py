"""Somebody's own pg_dump with a witness: both in one snapshot, which this session exports and holds open.

The dump comes first.  Where the evidence cannot be taken to its end, the dump still is, and only the witness
is missing.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from drill_tui import __version__
from drill_tui.postgres.archive import manifest
from drill_tui.postgres.archive.beside import measure, witness_path
from drill_tui.postgres.archive.witness import DatabaseWitness, DumpFile, Witness
from drill_tui.postgres.archive.witness_file import write
from drill_tui.postgres.backup import preflight
from drill_tui.postgres.backup.describe import Evidence, SnapshotFacts, can_be_summed, coverage_of, table_of
from drill_tui.postgres.backup.opening import take_snapshot
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.errors import CouldNotTellError, RestoreError
from drill_tui.postgres.client.spawn import Finished, clean, run
from drill_tui.postgres.client.tools import VERSION
from drill_tui.postgres.content import facts as content
from drill_tui.postgres.content import standby
from drill_tui.postgres.content.definitions import read_definitions
from drill_tui.postgres.content.digest import ALGORITHM, Depth, RowSum, Slice
from drill_tui.postgres.content.fingerprint import schema_sha256
from drill_tui.postgres.content.materialized import count_populated
from drill_tui.postgres.content.snapshot import begin_in, sum_tables
from drill_tui.postgres.witness.command import DumpCommand
from drill_tui.postgres.witness.stream import Passage
from drill_tui.postgres.witness.take import read_cluster, server_info

AnyConnection = psycopg.AsyncConnection[Any]
READABLE: Final = 0o666


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`witness` is where the witness goes; None puts it beside the dump's file."""

    command: DumpCommand
    environment: Mapping[str, str]
    witness: Path | None = None
    depth: Depth = "full"
    jobs: int = 0
    lock_timeout_s: float = 60.0
    say: Callable[[str], None]
    report: Callable[[str, int, int], None] = lambda label, done, total: None

    @property
    def place(self) -> Path:
        """Raises CouldNotTellError where neither a file nor a place for the witness is named."""
        if self.witness is not None:
            return self.witness
        if self.command.file is None:
            raise CouldNotTellError(
                "the dump goes to standard output, and nothing says where the witness goes"
            )
        return witness_path(self.command.file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumped:
    """How it ended: `witness` is None where the dump failed, or where `problem` kept the witness back."""

    exit_code: int
    """pg_dump's own; 128 and the signal's number where a signal ended it."""
    wrote: bool = True
    """Whether the dump's file was touched at all."""
    witness: Path | None = None
    coverage: tuple[str, ...] = ()
    problem: str = ""
    advice: str = ""


async def dump_with_witness(order: Order) -> Dumped:
    """Run the dump, and leave a witness where it succeeded.  Only reads from the server.

    Before anything is dumped raises ConnectError, BackupBadError where the role does not see every row,
    CouldNotTellError where no snapshot can be shared, and psycopg.Error.
    """
    started = datetime.now(UTC)
    async with await open_connection(order.command.source) as leader:
        await preflight.limit_waits(leader, order.lock_timeout_s)
        server = await content.read_server(leader)
        preflight.refuse_version(server)
        _refuse_standby(server)
        await preflight.refuse_blindness(leader, server)
        client = await _client_version(order)
        try:
            facts = await take_snapshot(leader, server)
        except psycopg.errors.LockNotAvailable as error:
            raise preflight.explain_wait(error, order.lock_timeout_s) from None
        superuser = await _text(leader, "select rolname from pg_catalog.pg_roles where oid = 10")
        address = server_info(leader, server)
        before = _state(order.command.file)
        try:
            finished, passage, taken = await Running(order, leader, server, facts).both()
        except BaseException:
            _forget(order, before)
            raise
        if finished.exit_code:
            return Dumped(exit_code=_shell_code(finished.exit_code), wrote=_forget(order, before))
        if isinstance(taken, str):
            _forget(order, before)
            return Dumped(exit_code=0, problem=taken, advice="The dump is complete. It has no witness.")
        database = taken
    try:
        dump = await asyncio.to_thread(_dump_file, order, passage, client)
        witness = Witness(
            witness_id=f"witness_{started:%Y%m%dT%H%M%SZ}",
            nonce=secrets.token_hex(16),
            way="dump",
            started_at=started,
            finished_at=datetime.now(UTC),
            server=address,
            timeline=0,
            superuser=superuser,
            floors={},
            tool_version=__version__,
            digest_depth=order.depth,
            digest_algorithm=ALGORITHM,
            databases=(database,),
            dump=dump,
        )
        path = await asyncio.to_thread(_write, order, witness)
    except (OSError, RestoreError) as error:
        _forget(order, before)
        said = clean(str(error))
        return Dumped(exit_code=0, problem=said, advice="The dump is complete. It has no witness.")
    return Dumped(exit_code=0, witness=path, coverage=database.coverage)


@dataclass(frozen=True, slots=True)
class Running:
    """The dump and its evidence, side by side in the leader's snapshot."""

    order: Order
    leader: AnyConnection
    server: content.ServerFacts
    facts: SnapshotFacts

    async def both(self) -> tuple[Finished, Passage, DatabaseWitness | str]:
        """pg_dump's end, and the evidence or why there is none.  A failed dump ends the evidence."""
        passage = Passage(to_stdout=self.order.command.file is None)
        evidence = asyncio.create_task(self._evidence())
        try:
            finished = await self._dump(passage)
            if finished.exit_code:
                return finished, passage, "the dump failed"
            return finished, passage, await evidence
        finally:
            evidence.cancel()
            await asyncio.gather(evidence, return_exceptions=True)

    async def _dump(self, passage: Passage) -> Finished:
        order = self.order
        argv = order.command.argv(self.facts.name or "")
        try:
            return await run(argv, env=order.environment, on_line=order.say, on_stdout=passage.take)
        except OSError as error:
            raise CouldNotTellError(f"pg_dump cannot be started: {error.strerror}") from None

    async def _evidence(self) -> DatabaseWitness | str:
        try:
            return await self._read()
        except (psycopg.Error, ConnectError, RestoreError, ExceptionGroup) as failed:
            return f"the rows could not be read: {clean(' '.join(str(_first(failed)).split()))}"

    async def _read(self) -> DatabaseWitness:
        order, facts = self.order, self.facts
        found = Evidence()
        tables = [table for table in facts.tables if self._is_dumped(table.oid)]
        total = sum(table.pages for table in tables)
        done = [0]

        def on_part(part: Slice, _sum: RowSum) -> None:
            done[0] += part.pages
            order.report("witness", done[0] * 8192, total * 8192)

        found.sums = await sum_tables(
            self._connect,
            tables,
            depth=order.depth,
            jobs=order.jobs or len(os.sched_getaffinity(0)),
            snapshot=facts.name,
            on_part=on_part,
        )
        async with await self._connect() as connection:
            await connection.execute(begin_in(facts.name))
            found.schema_sha256 = await schema_sha256(connection)
            found.large_objects = await content.sum_large_objects(connection, order.depth)
            found.view_rows = await count_populated(connection, facts.tables)
            cluster = await read_cluster(connection)
            definitions = await read_definitions(connection)
        return self._witness(found).model_copy(update={"cluster": cluster, "definitions": definitions})

    def _is_dumped(self, oid: int) -> bool:
        table = next(table for table in self.facts.tables if table.oid == oid)
        left_out = table.unlogged and "no-unlogged-table-data" in self.order.command.left_out
        return can_be_summed(table, self.server) and not left_out

    async def _connect(self) -> AnyConnection:
        connection = await open_connection(self.order.command.source)
        await preflight.limit_waits(connection, self.order.lock_timeout_s)
        return connection

    def _witness(self, found: Evidence) -> DatabaseWitness:
        facts = self.facts
        left = [f"Left out by pg_dump's own option --{name}." for name in self.order.command.left_out]
        return DatabaseWitness(
            database=facts.database,
            lsn=None,
            snapshot_at=facts.taken_at,
            tables=tuple(table_of(table, found, self.order.depth) for table in facts.tables),
            sequences=facts.sequences,
            large_objects=found.large_objects,
            roles=facts.roles,
            extensions=facts.surroundings.extensions,
            collations=facts.surroundings.collations,
            schema_sha256=found.schema_sha256,
            coverage=(*coverage_of(self.server, self.order.depth, facts, found), *left),
            requires=facts.requires,
            index_statistics=facts.index_statistics,
            tablespaces=facts.surroundings.tablespaces,
        )


def _refuse_standby(server: content.ServerFacts) -> None:
    if not standby.may_export(server):
        raise CouldNotTellError(
            f"The standby runs PostgreSQL {server.version}, which loses rows when several sessions share a "
            f"snapshot of a standby (fixed in {standby.first_sound(server)}).",
            advice="Dump the primary, or update the standby. Nothing was dumped.",
        )


def _first(failed: BaseException) -> BaseException:
    return _first(failed.exceptions[0]) if isinstance(failed, BaseExceptionGroup) else failed


async def _client_version(order: Order) -> str:
    asked = await run([order.command.program, "--version"], env=order.environment)
    found = VERSION.search(asked.stdout.decode("utf-8", "replace"))
    if found is None:
        raise CouldNotTellError(
            f"{order.command.program} does not say its version: {asked.last_words}",
            advice="Check that it is PostgreSQL's own pg_dump.",
        )
    return found[0].removeprefix("(PostgreSQL)").strip()


def _dump_file(order: Order, passage: Passage, client: str) -> DumpFile:
    command = order.command
    name = order.place.name.removesuffix(manifest.WITNESS_SUFFIX)
    if command.file is None:
        sha256, size = passage.sha256, passage.size_bytes
    else:
        name = command.file.name
        sha256, size = measure(command.file)
    return DumpFile(
        name=name,
        form=command.format,
        sha256=sha256,
        size_bytes=size,
        client=client,
        left_out=command.left_out,
    )


def _write(order: Order, witness: Witness) -> Path:
    """Whoever may read the dump may read its witness, which holds no value of any row."""
    file = order.command.file
    mode = stat.S_IMODE(file.stat().st_mode) & READABLE if file is not None else 0o600
    return write(witness, order.place.parent, order.place.name, mode)


def _state(file: Path | None) -> tuple[int, int, int] | None:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size) if found is not None else None


def _forget(order: Order, before: tuple[int, int, int] | None) -> bool:
    """Remove the witness of what was there before, where the dump has written over it; whether it has."""
    wrote = order.command.file is None or _state(order.command.file) != before
    if wrote:
        order.place.unlink(missing_ok=True)
    return wrote


def _shell_code(exit_code: int) -> int:
    return exit_code if exit_code >= 0 else 128 - exit_code


async def _text(connection: AnyConnection, statement: str) -> str:
    row = await (await connection.execute(statement.encode())).fetchone()
    return str(row[0]) if row else ""
