"""`drill-tui witness --share`: the same part of the rows in the source and in what came back, in turns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill_tui.postgres.archive.witness_file import listed, read
from drill_tui.postgres.client.catalog import read_tables
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.content.digest import RowSum
from drill_tui.postgres.content.snapshot import sum_tables
from drill_tui.postgres.physical.compare import compare_at_point
from drill_tui.postgres.verify.report import CriterionFinding
from tests.e2e.drill.running import drill_tui
from tests.e2e.witness.dumping import SCHEMA, restore, verify, witness
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("witness")]
QUARTER = ("--share", "25%", "--large", "192kB")
HALF = ("--share", "50%", "--large", "192kB")
"""The shop's purchases and its partitioned events are above, its customers and baskets below."""


@pytest.fixture(scope="module")
def source() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        server.create_database("shop")
        server.sql("shop", *SCHEMA)
        yield server


@pytest.fixture(scope="module")
def target() -> Iterator[Server]:
    with start_cluster(binaries(18)) as server:
        yield server


@pytest.fixture(scope="module")
def taken(source: Server, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five witnesses of the whole server, one second apart."""
    folder = tmp_path_factory.mktemp("witnesses")
    for number in range(5):
        done = drill_tui(
            "witness", "--output", str(folder), "--database", "shop", *QUARTER, env=source.environment("shop")
        )
        assert done.returncode == 0, done.stderr
        newest = listed(folder)[-1]
        newest.rename(newest.with_name(f"witness_20260101T00000{number}Z.json"))
    return listed(folder)


def whole_sums(server: Server) -> dict[str, RowSum]:
    async def read_all() -> dict[str, RowSum]:
        place = resolve(server.environment("shop"))
        async with await open_connection(place) as connection:
            tables = await read_tables(connection)
        sums = await sum_tables(lambda: open_connection(place), tables)
        return {table.name: sums[table.oid] for table in tables if table.oid in sums}

    return asyncio.run(read_all())


def test_after_as_many_witnesses_as_parts_every_row_was_digested_once(
    source: Server, taken: list[Path]
) -> None:
    found = [read(path).databases[0] for path in taken]
    assert [one.share.part for one in found if one.share] == [0, 1, 2, 3, 0]
    whole = whole_sums(source)
    for name in ("purchase", "event_old", "event_new"):
        tables = [table for one in found[:4] for table in one.tables if table.name == name]
        assert {table.rows for table in tables} == {whole[name].rows}
        parts = [RowSum(0, int(table.digest or "", 16)) for table in tables]
        assert sum(parts, RowSum()).text == whole[name].text
        assert len({part.text for part in parts}) == 4
    (small,) = [table for table in found[0].tables if table.name == "customer"]
    assert (small.sample, small.digest) == (None, whole["customer"].text)


def test_the_list_says_which_part(taken: list[Path]) -> None:
    shown = drill_tui("witness", "list", "--output", str(taken[0].parent)).stdout.splitlines()
    assert "(part 3 of 4 of the large tables)" in shown[2]


def data_of(server: Server, path: Path) -> CriterionFinding:
    """As in a copy that stands at the witness's point: the source, which nobody wrote to since."""
    found = read(path)
    comparison = compare_at_point(
        server.environment("shop"), found, found.databases[0], required=(), jobs=2, progress=lambda a, b: None
    )
    return next(one for one in asyncio.run(comparison) if one.id == "data_integrity")


def test_a_change_is_noticed_by_the_witness_of_its_part_and_by_no_other(
    source: Server, taken: list[Path]
) -> None:
    before = [data_of(source, path) for path in taken[:4]]
    assert [one.result for one in before] == ["met"] * 4, before
    assert '25 % of "public"."event_new", "public"."event_old", "public"."purchase"' in before[2].coverage
    assert "(part 3 of 4), all rows counted" in before[2].detail
    assert "a change is not noticed here" in before[2].coverage
    source.sql("shop", "UPDATE purchase SET amount = amount + 1 WHERE id = 17")
    try:
        results = [data_of(source, path).result for path in taken[:4]]
        assert sorted(results) == ["met", "met", "met", "missed"]
        source.sql("shop", "DELETE FROM purchase WHERE id = 18")
        assert {data_of(source, path).result for path in taken[:4]} == {"missed"}
    finally:
        source.sql(
            "shop",
            "UPDATE purchase SET amount = amount - 1 WHERE id = 17",
            "INSERT INTO purchase (id, customer_id, amount) OVERRIDING SYSTEM VALUE VALUES (18, 1, 1)",
        )


def test_a_dump_restored_elsewhere_is_compared_by_the_same_part(
    source: Server, target: Server, tmp_path: Path
) -> None:
    """Another major, other pages: the part is one of keys.  Two nightly dumps under one name."""
    changed: list[str] = []
    for part in range(2):
        dump = tmp_path / "shop.sql"
        ran = witness(source, *HALF, "--", source.bin_dir / "pg_dump", "-f", dump, "shop")
        assert ran.returncode == 0, ran.stderr
        assert restore(target, dump, "part").code == 0
        done = verify(target, "part")
        assert done.code == 0, done.stdout
        assert f"(part {part + 1} of 2), all rows counted" in done.evidence["data_integrity"]["detail"]
        target.sql("part", "UPDATE purchase SET amount = amount + 1 WHERE id = 17")
        changed.append(verify(target, "part").result("data_integrity"))
    assert sorted(changed) == ["met", "missed"]


def test_a_part_proves_no_key_and_a_lost_key_column_is_a_fault(
    source: Server, target: Server, tmp_path: Path
) -> None:
    """A table that is proven whole needs no second look at its foreign keys; a part proves no whole."""
    dump = tmp_path / "shop.dump"
    ran = witness(source, *HALF, "--", source.bin_dir / "pg_dump", "-Fc", "-f", dump, "shop")
    assert ran.returncode == 0, ran.stderr
    assert restore(target, dump, "orphans").code == 0
    target.sql(
        "orphans",
        "SET session_replication_role = replica; UPDATE purchase SET customer_id = 999999 WHERE id <= 40",
        "ALTER TABLE purchase RENAME id TO number",
    )
    done = verify(target, "orphans")
    assert done.result("foreign_keys") == "missed"
    assert "public.purchase: its key column id is not there" in done.evidence["data_integrity"]["detail"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--share", "60%"), "no share from 0.1% to 50%"),
        (("--share", "5%", "--digest", "counts"), "--digest counts digests none"),
        (("--large", "1GB"), "name that too"),
        (("--share", "5%", "--large", "1"), "no size such as 500MB"),
    ],
)
def test_what_makes_no_sense_is_refused(options: tuple[str, ...], words: str) -> None:
    done = drill_tui("witness", *options)
    assert done.returncode == 2
    assert words in done.stderr
