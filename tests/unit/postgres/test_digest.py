"""Sums that add up, and slices that cover every page once."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drill_tui.postgres.client.catalog import Column, TableShape
from drill_tui.postgres.content.digest import (
    BATCH_TABLES,
    LEAST_SLICE_PAGES,
    SLICE_PAGES,
    RowSum,
    batches,
    slice_query,
    slices,
)
from drill_tui.postgres.content.row_hash import row_expression, value_expression

TABLE = TableShape(
    oid=16384,
    schema_name="public",
    name="t",
    kind="r",
    unlogged=False,
    access_method="heap",
    pages=0,
    size_bytes=0,
    estimated_rows=-1,
    populated=True,
    parent=None,
    extension=None,
    extension_data=False,
    extension_condition="",
    columns=(),
)
sums = st.builds(RowSum, st.integers(0, 10**12), st.integers(0, 2**64 - 1))


def column(type_oid: int, *, typmod: int = -1, cast: str | None = None, output: str = "x_out") -> Column:
    return Column("c", type_oid, typmod, cast, "pg_catalog", output)


@given(sums, sums, sums)
def test_parts_add_up_in_any_order(a: RowSum, b: RowSum, c: RowSum) -> None:
    assert (a + b) + c == c + (b + a)
    assert a + RowSum() == a


def test_a_digest_is_sixteen_digits_also_for_negative_sums() -> None:
    assert RowSum(1, -1).text == "f" * 16
    assert RowSum(0, 0).text == "0" * 16


@given(st.integers(0, 40 * SLICE_PAGES))
def test_slices_cover_every_page_once_and_the_last_is_open(pages: int) -> None:
    parts = list(slices(replace(TABLE, pages=pages)))
    assert parts[0].first_page == 0
    assert parts[-1].end_page is None
    for before, after in itertools.pairwise(parts):
        assert before.end_page == after.first_page
    assert abs(sum(part.share for part in parts) - 1) < 1e-9


@given(st.integers(2 * LEAST_SLICE_PAGES, 400 * SLICE_PAGES))
def test_the_last_slices_are_small_and_a_large_table_has_few(pages: int) -> None:
    """Whoever takes the last one keeps the others waiting for no more than that."""
    sizes = [part.pages for part in slices(replace(TABLE, pages=pages))]
    assert sizes[-1] < 2 * LEAST_SLICE_PAGES
    assert max(sizes) <= SLICE_PAGES
    assert len(sizes) <= pages / SLICE_PAGES + 24


def test_only_heaps_are_cut() -> None:
    assert len(list(slices(replace(TABLE, pages=10 * SLICE_PAGES, access_method="columnar")))) == 1


@given(st.lists(st.integers(0, 3 * SLICE_PAGES), max_size=200))
def test_every_table_is_in_the_work_and_big_ones_come_first(sizes: list[int]) -> None:
    tables = [replace(TABLE, oid=number, pages=pages) for number, pages in enumerate(sizes)]
    work = batches(tables)
    assert {part.table.oid for batch in work for part in batch} == {table.oid for table in tables}
    assert all(0 < len(batch) <= BATCH_TABLES for batch in work)
    pages = [part.pages for batch in work for part in batch]
    assert pages == sorted(pages, reverse=True)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (column(23), '"c"'),
        (column(25), '"c" collate "C"'),
        (column(701), "pg_catalog.float8send(case when \"c\" = 'NaN'"),
        (column(1700), 'pg_catalog.numeric_send("c")'),
        (column(1700, typmod=655366), '"c"'),
        (column(1186), 'pg_catalog.interval_send("c")'),
        (column(1042), 'textin("pg_catalog"."bpcharout"("c"))'),
        (column(99999, output="mood_out"), '"mood_out"("c")'),
        (column(23, cast="pg_catalog.int4"), '("c" :: pg_catalog.int4)'),
    ],
)
def test_types_are_hashed_by_what_they_exactly_are(found: Column, expected: str) -> None:
    named = replace(found, output_function="bpcharout") if found.type_oid == 1042 else found
    assert expected in value_expression(named)


def test_names_cannot_break_out_of_the_statement() -> None:
    hostile = replace(TABLE, name='x"; drop table y; --', columns=(replace(column(23), name='a", b'),))
    text = slice_query(next(slices(hostile)), "full").as_string()
    assert '"x""; drop table y; --"' in text
    assert '"a"", b"' in text


def test_a_table_without_columns_has_a_sum_too() -> None:
    assert row_expression(()).as_string() == "0::pg_catalog.int8"
