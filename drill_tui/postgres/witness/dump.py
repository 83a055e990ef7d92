"""Somebody's own pg_dump with a witness: both in one snapshot, which this session exports and holds open.

The dump comes first.  Where the evidence cannot be taken to its end, the dump still is, and only the witness
is missing.
"""

from __future__ import annotations

import asyncio
import secrets
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from drill_tui import __version__
from drill_tui.postgres.archive import manifest
from drill_tui.postgres.archive.beside import measure
from drill_tui.postgres.archive.checked import reading_tools
from drill_tui.postgres.archive.contents import read_entries
from drill_tui.postgres.archive.witness import DatabaseWitness, DumpFile, Witness
from drill_tui.postgres.archive.witness_file import write
from drill_tui.postgres.backup import preflight
from drill_tui.postgres.backup.opening import take_snapshot
from drill_tui.postgres.client.connect import open_connection, text_of
from drill_tui.postgres.client.errors import CouldNotTellError, RestoreError
from drill_tui.postgres.client.spawn import clean, run
from drill_tui.postgres.client.tools import VERSION
from drill_tui.postgres.content import facts as content
from drill_tui.postgres.content import standby
from drill_tui.postgres.content.row_hash import ALGORITHM
from drill_tui.postgres.witness.rotation import beside_dumps, next_parts
from drill_tui.postgres.witness.running import Order, Running
from drill_tui.postgres.witness.scope import narrowed
from drill_tui.postgres.witness.stream import Passage
from drill_tui.postgres.witness.take import server_info

AnyConnection = psycopg.AsyncConnection[Any]
READABLE: Final = 0o666


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
        superuser = await text_of(leader, "select rolname from pg_catalog.pg_roles where oid = 10")
        address = server_info(leader, server)
        before = _state(order.command.file)
        part = await asyncio.to_thread(_part, order, address, facts.database.name)
        try:
            finished, passage, taken = await Running(order, leader, server, facts, part).both()
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
        if order.command.selected:
            database = await _narrowed(order, database)
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


def _refuse_standby(server: content.ServerFacts) -> None:
    if not standby.may_export(server):
        raise CouldNotTellError(
            f"The standby runs PostgreSQL {server.version}, which loses rows when several sessions share a "
            f"snapshot of a standby (fixed in {standby.first_sound(server)}).",
            advice="Dump the primary, or update the standby. Nothing was dumped.",
        )


def _part(order: Order, server: manifest.ServerInfo, database: str) -> int:
    earlier = beside_dumps(order.place) if order.share.of > 1 else ()
    return next_parts(earlier, order.share.of, server, [database])[database]


async def _client_version(order: Order) -> str:
    asked = await run([order.command.program, "--version"], env=order.environment)
    found = VERSION.search(asked.stdout.decode("utf-8", "replace"))
    if found is None:
        raise CouldNotTellError(
            f"{order.command.program} does not say its version: {asked.last_words}",
            advice="Check that it is PostgreSQL's own pg_dump.",
        )
    return found[0].removeprefix("(PostgreSQL)").strip()


async def _narrowed(order: Order, database: DatabaseWitness) -> DatabaseWitness:
    """The witness of what the archive lists.  Raises BackupBadError, CouldNotTellError."""
    tools = reading_tools(order.environment, None)
    entries = await read_entries(tools, order.command.file or Path(), order.environment)
    return narrowed(database, entries, order.command.selected)


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
        selected=command.selected,
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
