"""Which tables are digested in part, and how that is told."""

from __future__ import annotations

import re
from dataclasses import replace

from drill_tui.postgres.archive.manifest import Sample, Table
from drill_tui.postgres.client.catalog import Column, TableShape
from drill_tui.postgres.content.digest import Slice, slice_query
from drill_tui.postgres.content.sampling import Share, samples_of, told, unseen
from tests.unit.postgres.test_digest import TABLE

SHARE = Share(of=20, large_bytes=1 << 20)


def column(name: str, type_oid: int) -> Column:
    return Column(name, type_oid, -1, None, "pg_catalog", "out")


ID, NOTE, AT, FLAG = column("id", 20), column("note", 25), column("at", 1184), column("flag", 16)
BIG = replace(TABLE, name="big", pages=1000, columns=(AT, FLAG, ID, NOTE))
SMALL = replace(TABLE, oid=2, name="small", pages=3, columns=(ID,))


def leaf(oid: int, pages: int) -> TableShape:
    return replace(BIG, oid=oid, name=f"leaf_{oid}", pages=pages, parent=("public", "root"))


def test_large_tables_alone_are_parted_by_their_primary_key() -> None:
    found = samples_of([BIG, SMALL], {BIG.oid: ("id",), 2: ("id",)}, SHARE, 7)
    assert found == {BIG.oid: Sample(part=7, of=20, key=("id",))}


def test_without_a_primary_key_numbers_and_times_part_it_and_nothing_of_few_values() -> None:
    assert samples_of([BIG], {}, SHARE, 0)[BIG.oid].key == ("at", "id")
    assert samples_of([replace(BIG, columns=(FLAG, NOTE))], {}, SHARE, 0) == {}


def test_what_an_extension_marks_is_digested_whole() -> None:
    assert samples_of([replace(BIG, extension_condition="WHERE id > 1")], {}, SHARE, 0) == {}


def test_partitions_are_parted_alike_or_not_at_all() -> None:
    leaves = [leaf(3, 127), leaf(4, 2)]
    found = samples_of(leaves, {3: ("id",), 4: ("id",)}, SHARE, 1)
    assert found == {oid: Sample(part=1, of=20, key=("id",)) for oid in (3, 4)}
    assert samples_of(leaves, {3: ("id",), 4: ("at",)}, SHARE, 1) == {}


def test_rows_outside_of_the_part_are_counted_and_names_quoted() -> None:
    hostile = replace(BIG, columns=(column('i"d', 20), NOTE))
    text = slice_query(Slice(hostile, sample=Sample(part=3, of=20, key=('i"d',))), "full").as_string()
    assert "count(*), coalesce(sum(" in text
    assert "filter (where (pg_catalog.hashint8extended" in text
    hashed = r'extended\("i""d", -?\d+ # \("i""d" >> 32\)\), -?\d+\), 0\)'
    assert re.search(hashed + r" & 9223372036854775807\) % 20 = 3\)", text)


def test_it_is_told_in_words() -> None:
    sample = Sample(part=7, of=20, key=("id",))
    tables = [Table(schema_name="public", name="big", kind="r", rows=5, digest="0" * 16, sample=sample)]
    assert told(tables) == '5 % of "public"."big" by digest (part 8 of 20), all rows counted'
    assert '"public"."big"' in unseen(tables)[0]
    whole = [tables[0].model_copy(update={"sample": None})]
    assert (told(whole), unseen(whole)) == ("", ())


def test_a_table_that_is_whole_is_written_as_it_always_was() -> None:
    """Files of older versions are sealed without the field."""
    assert "sample" not in Table(schema_name="public", name="t", kind="r").model_dump_json()
