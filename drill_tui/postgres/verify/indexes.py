"""Indexes: valid, ready, and sound by amcheck (PostgreSQL manual F.1) where it knows the access method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.verify.amcheck import Amcheck
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted, shown
from drill_tui.postgres.verify.work import DAMAGE, Check, Connection, judge_error

BATCH_BYTES = 4 << 20
BATCH_ITEMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    oid: int
    schema_name: str
    name: str
    table_name: str
    access_method: str
    partitioned: bool
    """The index of a partitioned table, which holds no entries of its own."""
    valid: bool
    ready: bool
    unique_index: bool
    size_bytes: int
    table_size_bytes: int

    @property
    def subject(self) -> str:
        return f"index {shown(self.schema_name, self.name)}"

    @property
    def cost(self) -> int:
        return self.size_bytes + self.table_size_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    oid: int
    schema_name: str
    name: str
    access_method: str
    size_bytes: int

    @property
    def subject(self) -> str:
        return shown(self.schema_name, self.name)

    @property
    def cost(self) -> int:
        return self.size_bytes


async def read_indexes(connection: Connection) -> list[Index]:
    """Every index of a user's table."""
    async with connection.cursor(row_factory=class_row(Index)) as cursor:
        await cursor.execute(query("verify/indexes"))
        return await cursor.fetchall()


async def read_heaps(connection: Connection) -> list[Heap]:
    """Every table and materialized view that keeps rows of its own."""
    async with connection.cursor(row_factory=class_row(Heap)) as cursor:
        await cursor.execute(query("verify/heaps"))
        return await cursor.fetchall()


def check_states(indexes: Iterable[Index], criterion: Criterion) -> None:
    """An invalid or unready index is a fault; for a partitioned one the schema comparison decides, since
    one that was never complete in the source is restored as it was."""
    for index in indexes:
        if index.valid and index.ready:
            continue
        if index.partitioned:
            criterion.caution(f"{index.subject} is not valid: not every partition has its part")
        else:
            state = "not valid" if index.ready else "not ready"
            criterion.fault(index.subject, f"is {state}: PostgreSQL does not use it")


def amcheck_checks(
    indexes: Sequence[Index], heaps: Sequence[Heap], amcheck: Amcheck, criterion: Criterion
) -> list[Check]:
    """Structure and completeness of every btree (and GIN from 18), and the pages of every heap."""
    usable = [index for index in indexes if index.valid and index.ready and not index.partitioned]
    btrees = [index for index in usable if index.access_method == "btree"]
    gins = [index for index in usable if index.access_method == "gin" and amcheck.checks_gin]
    checked = {"btree", "gin"} if amcheck.checks_gin else {"btree"}
    others = Counter(index.access_method for index in usable if index.access_method not in checked)
    plain = [heap for heap in heaps if heap.access_method == "heap"]
    strange = Counter(heap.access_method for heap in heaps if heap.access_method != "heap")
    checks = [
        *_batched("amcheck_btree", btrees, criterion, amcheck.btree_query, _no_rows),
        *_batched("amcheck_gin", gins, criterion, amcheck.gin_query, _no_rows),
        *_batched("amcheck_heap", plain, criterion, amcheck.heap_query, _report_pages),
    ]
    gin_words = f", {counted(len(gins), 'GIN index', 'GIN indexes')}" if gins else ""
    criterion.proved(
        f"amcheck found {counted(len(btrees), 'btree')}{gin_words} and {counted(len(plain), 'heap')} sound"
    )
    criterion.covers("Btrees by structure and against every row of their table; heaps page by page.")
    for method, number in sorted(others.items()):
        criterion.leaves_out(f"the inside of {counted(number, f'{method} index', f'{method} indexes')}")
    for method, number in sorted(strange.items()):
        criterion.leaves_out(f"pages of {counted(number, 'table')} stored by {method}")
    return checks


Query = Callable[[Sequence[Index | Heap]], sql.Composed]
Report = Callable[[Criterion, Sequence[Index | Heap], list[tuple[object, ...]]], None]


def _batched(
    kind: str, items: Sequence[Index] | Sequence[Heap], criterion: Criterion, ask: Query, report: Report
) -> list[Check]:
    """Large relations alone, small ones a hundred to a statement."""
    checks: list[Check] = []
    batch: list[Index | Heap] = []
    cost = 0

    def flush() -> None:
        nonlocal cost
        if batch:
            group = tuple(batch)
            subject = group[0].subject if len(group) == 1 else f"{group[0].subject} and {len(group) - 1} more"
            run = partial(_check_group, group, criterion, ask, report)
            checks.append(Check(kind, subject, criterion, cost, run))
            batch.clear()
            cost = 0

    for item in items:
        if cost + item.cost > BATCH_BYTES or len(batch) >= BATCH_ITEMS:
            flush()
        batch.append(item)
        cost += item.cost
    flush()
    return checks


async def _check_group(
    group: Sequence[Index | Heap], criterion: Criterion, ask: Query, report: Report, connection: Connection
) -> None:
    try:
        rows = await (await connection.execute(ask(group))).fetchall()
    except psycopg.Error as error:
        if connection.closed or connection.broken:
            raise
        if len(group) == 1:
            judge_error(criterion, group[0].subject, error)
            return
        for item in group:
            await _check_group([item], criterion, ask, report, connection)
        return
    report(criterion, group, rows)


def _no_rows(criterion: Criterion, group: Sequence[Index | Heap], rows: list[tuple[object, ...]]) -> None:
    """bt_index_check and gin_index_check tell of damage by an error, and return nothing."""


def _report_pages(
    criterion: Criterion, group: Sequence[Index | Heap], rows: list[tuple[object, ...]]
) -> None:
    names = {item.oid: item.subject for item in group}
    for oid, damaged, block, message in rows:
        criterion.fault(
            names[int(str(oid))], f"{DAMAGE['XX001']}: {damaged} findings, first in block {block}: {message}"
        )
