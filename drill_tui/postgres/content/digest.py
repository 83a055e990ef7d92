"""A table's content as two numbers: how many rows, and a sum that changes when any value does.

Each row is hashed by PostgreSQL itself (`row_hash.py`), and the hashes are summed modulo 2^64.  So the sum
does not depend on the order of rows, on dropped columns or on the partition that a row sits in, and parts
of a table add up.

It finds accidents, not adversaries: a change of one row goes unnoticed once in about 2^32.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from psycopg import sql

from drill_tui.postgres.archive.manifest import Sample
from drill_tui.postgres.client.catalog import TableShape
from drill_tui.postgres.content.row_hash import ALGORITHM, Algorithm, row_expression

Depth = Literal["full", "counts"]
MODULUS: Final = 1 << 64
POSITIVE: Final = (1 << 63) - 1
SLICE_PAGES: Final = 16384
"""Pages in the largest slice of a large table: 128 MiB."""
LEAST_SLICE_PAGES: Final = 2048
"""Pages in the smallest: 16 MiB, some 60 ms of a core."""
BATCH_TABLES: Final = 40
BATCH_COLUMNS: Final = 400
BATCH_PAGES: Final = 2048


@dataclass(frozen=True, slots=True)
class RowSum:
    """Rows counted and their hashes summed; sums of parts add up to the sum of the whole."""

    rows: int = 0
    total: int = 0

    def __add__(self, other: RowSum) -> RowSum:
        return RowSum(self.rows + other.rows, (self.total + other.total) % MODULUS)

    @property
    def text(self) -> str:
        """The digest as the manifest holds it: 16 hexadecimal digits."""
        return f"{self.total % MODULUS:016x}"


@dataclass(frozen=True, slots=True)
class Slice:
    """A table, or a range of its pages.  `end_page` None means to the end, however far that is by then.

    All rows are counted; with `sample`, which must name columns of the table, some of them are digested.
    """

    table: TableShape
    first_page: int = 0
    end_page: int | None = None
    sample: Sample | None = None

    @property
    def pages(self) -> int:
        end = self.table.pages if self.end_page is None else self.end_page
        return max(0, end - self.first_page)

    @property
    def is_whole(self) -> bool:
        return self.first_page == 0 and self.end_page is None

    @property
    def share(self) -> float:
        """The part of the table that this is, between 0 and 1."""
        return 1.0 if self.table.pages == 0 else min(1.0, self.pages / self.table.pages)


def sample_condition(table: TableShape, sample: Sample, algorithm: Algorithm = ALGORITHM) -> sql.Composed:
    """SQL that is true for the rows of a sample."""
    columns = [column for column in table.columns if column.name in sample.key]
    return sql.SQL("({} & {}) % {} = {}").format(
        row_expression(columns, algorithm),
        sql.Literal(POSITIVE),
        sql.Literal(sample.of),
        sql.Literal(sample.part),
    )


def slice_query(part: Slice, depth: Depth, algorithm: Algorithm = ALGORITHM) -> sql.Composed:
    """SQL that gives one row `(oid, rows, total)` for a slice; `total` is text, to be taken modulo 2^64."""
    total: sql.Composable = sql.SQL("'0'")
    if depth == "full":
        summed = sql.SQL("sum({})").format(row_expression(part.table.columns, algorithm))
        if part.sample is not None:
            chosen = sample_condition(part.table, part.sample, algorithm)
            summed = sql.SQL("{} filter (where {})").format(summed, chosen)
        total = sql.SQL("coalesce({}, 0)::text").format(summed)
    statement = sql.SQL("select {}::int8, count(*), {} from {}{}").format(
        sql.Literal(part.table.oid), total, sql.SQL(_only(part.table)), part.table.identifier()
    )
    if part.table.extension_condition:
        return sql.SQL("{} {}").format(statement, sql.SQL(part.table.extension_condition))
    bounds: list[sql.Composable] = []
    if part.first_page:
        bounds.append(sql.SQL("ctid >= {}::tid").format(sql.Literal(f"({part.first_page},0)")))
    if part.end_page is not None:
        bounds.append(sql.SQL("ctid < {}::tid").format(sql.Literal(f"({part.end_page},0)")))
    if not bounds:
        return statement
    return sql.SQL("{} where {}").format(statement, sql.SQL(" and ").join(bounds))


def _only(table: TableShape) -> str:
    """pg_dump reads a table under an extension's condition with those that inherit from it."""
    return "" if table.extension_condition else "only "


def batch_query(batch: Sequence[Slice], depth: Depth, algorithm: Algorithm = ALGORITHM) -> sql.Composed:
    """One statement for several slices: many small tables cost one round trip."""
    return sql.SQL(" union all ").join(slice_query(part, depth, algorithm) for part in batch)


def slices(table: TableShape, sample: Sample | None = None) -> Iterator[Slice]:
    """Cut a large heap into page ranges (TID range scans, from PostgreSQL 14); other tables stay whole.

    Each is an eighth of what is left of the table: who takes the last ones has little left to do when the
    others are done, and a table of terabytes is still cut into few.
    """
    if table.access_method != "heap" or table.extension_condition:
        yield Slice(table, sample=sample)
        return
    first = 0
    while (left := table.pages - first) >= 2 * LEAST_SLICE_PAGES:
        end = first + min(SLICE_PAGES, max(LEAST_SLICE_PAGES, left // 8))
        yield Slice(table, first, end, sample)
        first = end
    yield Slice(table, first, None, sample)


def batches(tables: Iterable[TableShape], samples: Mapping[int, Sample] = {}) -> list[list[Slice]]:
    """Work for a queue: big tables and parts of tables first and alone, small tables together at the end.

    No batch has two parts of one table, so that its rows can be told apart by OID.  `samples` are by OID.
    """
    cut = (part for table in tables for part in slices(table, samples.get(table.oid)))
    parts = sorted(cut, key=lambda part: -part.pages)
    work: list[list[Slice]] = []
    current: list[Slice] = []
    columns = pages = 0
    for part in parts:
        columns += len(part.table.columns)
        pages += part.pages
        full = len(current) >= BATCH_TABLES or columns > BATCH_COLUMNS or pages > BATCH_PAGES
        if current and (full or not (part.is_whole and current[-1].is_whole)):
            work.append(current)
            current, columns, pages = [], len(part.table.columns), part.pages
        current.append(part)
    if current:
        work.append(current)
    return work
