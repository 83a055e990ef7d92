"""pg_dump and the evidence of what its dump must hold, side by side in one exported snapshot."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from drill_tui.postgres.archive.beside import witness_path
from drill_tui.postgres.archive.manifest import Sample
from drill_tui.postgres.archive.witness import DatabaseWitness, PartOf
from drill_tui.postgres.backup import preflight
from drill_tui.postgres.backup.describe import Evidence, SnapshotFacts, can_be_summed, coverage_of, table_of
from drill_tui.postgres.client.catalog import TableShape
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.errors import CouldNotTellError, RestoreError, first_of
from drill_tui.postgres.client.spawn import Finished, clean, run
from drill_tui.postgres.content import facts as content
from drill_tui.postgres.content.definitions import read_definitions
from drill_tui.postgres.content.digest import Depth
from drill_tui.postgres.content.fingerprint import schema_sha256
from drill_tui.postgres.content.materialized import count_populated
from drill_tui.postgres.content.sampling import WHOLE, Share, choose_samples, unseen, with_samples
from drill_tui.postgres.content.snapshot import begin_in, in_bytes, sum_tables
from drill_tui.postgres.witness.command import DumpCommand
from drill_tui.postgres.witness.reading import read_cluster
from drill_tui.postgres.witness.stream import Passage

AnyConnection = psycopg.AsyncConnection[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`witness` is where the witness goes; None puts it beside the dump's file."""

    command: DumpCommand
    environment: Mapping[str, str]
    witness: Path | None = None
    depth: Depth = "full"
    share: Share = WHOLE
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


@dataclass(frozen=True, slots=True)
class Running:
    """The dump and its evidence, side by side in the leader's snapshot."""

    order: Order
    leader: AnyConnection
    server: content.ServerFacts
    facts: SnapshotFacts
    part: int = 0
    """Of the large tables, counted from 0."""

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
            return f"the rows could not be read: {clean(' '.join(str(first_of(failed)).split()))}"

    async def _read(self) -> DatabaseWitness:
        order, facts = self.order, self.facts
        found = Evidence()
        tables = [table for table in facts.tables if self._is_dumped(table)]
        async with await self._connect() as connection:
            await connection.execute(begin_in(facts.name))
            samples = await choose_samples(connection, tables, order.share, self.part)
        found.sums = await sum_tables(
            self._connect,
            tables,
            depth=order.depth,
            jobs=order.jobs or len(os.sched_getaffinity(0)),
            snapshot=facts.name,
            samples=samples,
            on_part=in_bytes(tables, partial(order.report, "witness")),
        )
        async with await self._connect() as connection:
            await connection.execute(begin_in(facts.name))
            found.schema_sha256 = await schema_sha256(connection)
            found.large_objects = await content.sum_large_objects(connection, order.depth)
            found.view_rows = await count_populated(connection, facts.tables)
            cluster = await read_cluster(connection)
            definitions = await read_definitions(connection)
        told = self._witness(found, samples)
        return told.model_copy(update={"cluster": cluster, "definitions": definitions})

    def _is_dumped(self, table: TableShape) -> bool:
        left_out = table.unlogged and "no-unlogged-table-data" in self.order.command.left_out
        return can_be_summed(table, self.server) and not left_out

    async def _connect(self) -> AnyConnection:
        connection = await open_connection(self.order.command.source)
        await preflight.limit_waits(connection, self.order.lock_timeout_s)
        return connection

    def _witness(self, found: Evidence, samples: Mapping[int, Sample]) -> DatabaseWitness:
        facts, share = self.facts, self.order.share
        summed = [table_of(table, found, self.order.depth) for table in facts.tables]
        tables = with_samples(summed, facts.tables, samples)
        left = [f"Left out by pg_dump's own option --{name}." for name in self.order.command.left_out]
        return DatabaseWitness(
            database=facts.database,
            lsn=None,
            snapshot_at=facts.taken_at,
            tables=tables,
            sequences=facts.sequences,
            large_objects=found.large_objects,
            roles=facts.roles,
            extensions=facts.surroundings.extensions,
            collations=facts.surroundings.collations,
            schema_sha256=found.schema_sha256,
            coverage=(*coverage_of(self.server, self.order.depth, facts, found), *unseen(tables), *left),
            share=PartOf(part=self.part, of=share.of) if share.of > 1 else None,
            requires=facts.requires,
            index_statistics=facts.index_statistics,
            tablespaces=facts.surroundings.tablespaces,
        )
