"""The SQL that verification composes, and what it makes of sequences and partitions, without a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.client.catalog import TableShape
from drill_tui.postgres.content.digest import RowSum
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.foreign_keys import ForeignKey, orphan_query
from drill_tui.postgres.verify.sequences import RestoredSequence, compare_with_manifest
from drill_tui.postgres.verify.tables import RowComparison, compare_tables, require_tables

KEY = ForeignKey(
    oid=1,
    name="k",
    match_type="s",
    validated=True,
    enforced=True,
    temporal=False,
    child_schema="s",
    child_name='c"',
    child_partitioned=False,
    parent_schema="s",
    parent_name="p",
    parent_partitioned=True,
    child_columns=["a", "b"],
    parent_columns=["x", "y"],
    operator_schemas=["pg_catalog", "pg_catalog"],
    operators=["=", "="],
    collation_schemas=[None, None],
    collations=[None, None],
    size_bytes=0,
)


def test_an_anti_join_names_both_tables_and_every_column() -> None:
    text = orphan_query(KEY).as_string()
    assert 'FROM ONLY "s"."c""" AS c' in text
    assert 'FROM "s"."p" AS p' in text
    assert '"p"."x" OPERATOR("pg_catalog".=) "c"."a" AND "p"."y" OPERATOR("pg_catalog".=) "c"."b"' in text


def test_match_full_also_counts_rows_that_are_null_in_part() -> None:
    assert "BETWEEN 1 AND 1" in orphan_query(replace(KEY, match_type="f")).as_string()
    assert "BETWEEN" not in orphan_query(KEY).as_string()


def test_an_operator_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not an operator"):
        orphan_query(replace(KEY, operators=["=", "); DROP TABLE x --"]))


def sequence(last_value: int, *, is_called: bool = True, increment: int = 1) -> RestoredSequence:
    return RestoredSequence(
        schema="public",
        name="s",
        last_value=last_value,
        is_called=is_called,
        increment=increment,
        cycles=False,
        extension=None,
        extension_data=False,
        columns=(),
    )


def wanted(last_value: int, *, is_called: bool = True, increment: int = 1) -> manifest.Sequence:
    return manifest.Sequence(
        schema_name="public", name="s", last_value=last_value, is_called=is_called, increment=increment
    )


@pytest.mark.parametrize(
    ("source", "restored", "good"),
    [
        (wanted(10), sequence(10), True),
        (wanted(10), sequence(777), True),
        (wanted(10), sequence(9), False),
        (wanted(10), sequence(10, is_called=False), False),
        (wanted(10, is_called=False), sequence(10, is_called=False), True),
        (wanted(-5, increment=-1), sequence(-9, increment=-1), True),
        (wanted(-5, increment=-1), sequence(-4, increment=-1), False),
    ],
)
def test_a_sequence_may_be_ahead_and_never_behind(
    source: manifest.Sequence, restored: RestoredSequence, good: bool
) -> None:
    criterion = Criterion("data_integrity", "")
    kept = compare_with_manifest([source], [restored], criterion)
    assert (criterion.finding().fault_count == 0) is good
    assert bool(kept) is good


def test_a_sequence_that_is_gone_is_a_fault() -> None:
    criterion = Criterion("data_integrity", "")
    compare_with_manifest([wanted(1)], [], criterion)
    assert criterion.finding().fault_count == 1


def shape(oid: int, name: str, *, kind: str = "r", parent: str | None = None) -> TableShape:
    return TableShape(
        oid=oid,
        schema_name="public",
        name=name,
        kind=kind,
        unlogged=False,
        access_method="heap",
        pages=1,
        size_bytes=8192,
        estimated_rows=0,
        populated=True,
        parent=("public", parent) if parent else None,
        extension=None,
        extension_data=False,
        extension_condition="",
        columns=(),
    )


def table(name: str, rows: int, digest: int) -> manifest.Table:
    return manifest.Table(
        schema_name="public", name=name, kind="r", rows=rows, digest=RowSum(rows, digest).text
    )


def compare_rows(restored: dict[int, RowSum]) -> Criterion:
    criterion = Criterion("data_integrity", "")
    found = [shape(1, "p", kind="p"), shape(2, "a", parent="p"), shape(3, "b", parent="p"), shape(4, "t")]
    comparison = RowComparison(
        [table("a", 2, 7), table("b", 1, 5), table("t", 3, 9)], found, "full", criterion
    )
    comparison.checks()
    comparison.sums = restored
    comparison.conclude()
    criterion.conclude()
    return criterion


def test_rows_in_other_partitions_of_an_equal_whole_are_no_fault() -> None:
    moved = compare_rows({2: RowSum(1, 3), 3: RowSum(2, 9), 4: RowSum(3, 9)}).finding()
    assert (moved.result, moved.fault_count) == ("met", 0)
    assert "other partitions" in moved.coverage


def test_partitions_that_do_not_add_up_are_a_fault() -> None:
    lost = compare_rows({2: RowSum(1, 3), 3: RowSum(1, 5), 4: RowSum(3, 9)}).finding()
    assert lost.detail.startswith("1 fault. public.a: 1 row, and were 2")


def test_equal_counts_with_another_digest_are_a_fault() -> None:
    changed = compare_rows({2: RowSum(2, 7), 3: RowSum(1, 5), 4: RowSum(3, 8)}).finding()
    assert "public.t: as many rows as before, with other contents" in changed.detail


def test_missing_new_and_changed_relations_are_named() -> None:
    criterion = Criterion("required_tables", "")
    compare_tables([table("a", 0, 0), table("t", 0, 0)], [shape(1, "t", kind="v"), shape(2, "n")], criterion)
    subjects = [fault.subject for fault in criterion.finding().faults]
    assert subjects == ["public.a", "public.n", "public.t"]


def test_required_tables_by_qualified_and_bare_name() -> None:
    criterion = Criterion("required_tables", "")
    require_tables(["public.t", " t ", "", "public.Missing"], [shape(1, "t")], criterion)
    assert [fault.subject for fault in criterion.finding().faults] == ["public.Missing"]
