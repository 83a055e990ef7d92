"""A digest changes with any value, and with nothing else; measured on real servers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from drill_tui.postgres.client.catalog import read_tables
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.content import digest
from drill_tui.postgres.content.digest import RowSum, Slice, slice_query
from drill_tui.postgres.content.row_hash import Algorithm
from drill_tui.postgres.content.snapshot import sum_tables
from tests import servers
from tests.e2e.backup.test_backup import EVERY_TYPE, load

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("backup")]

CHANGES = [
    ("float8", "0", "-0"),
    ("float4", "1", "1.0000001"),
    ("numeric", "1.0", "1.00"),
    ("numeric(6,3)", "1.5", "1.501"),
    ("interval", "1 mon", "30 days"),
    ("bpchar", "a", "a "),
    ("numeric(6,3)", "1.5", "-1.5"),
    ("int8", "1", "4294967297"),
    ("int8", "-1", "4294967295"),
    ("int8", "4294967298", "8589934593"),
    ("pg_lsn", "1/2", "2/1"),
    ("int[]", "{1,2}", "[0:1]={1,2}"),
    ("int[]", "{{1,2}}", "{1,2}"),
    ("json", '{"a":1}', '{"a": 1}'),
    ("jsonb", '{"a":1.0}', '{"a":1.00}'),
    ("text", "", None),
    ("text", "é", "e\N{COMBINING ACUTE ACCENT}"),
    ("bytea", r"\x00", r"\x0000"),
    ("timetz", "12:00+00", "13:00+01"),
    ("inet", "10.0.0.1/8", "10.0.0.1/16"),
    ("timestamptz", "2020-01-01Z", "2020-01-01 00:00:00.000001Z"),
    ("bit(4)", "0001", "0010"),
    ("tsvector", "a:1", "a:2"),
    ("point", "(0,0)", "(-0,0)"),
    ("money", "1.00", "1.01"),
    ("xid8", "1", "2"),
    ("refcursor", "a", "b"),
    ("refcursor", "", None),
]
SWAPS = [
    ("numeric(12, 2)", ("10000", "1")),
    ("numeric(12, 2)", ("1.5", "-1.5")),
    ("numeric(12, 2)", ("0", None)),
    ("numeric(12, 2)", ("NaN", None)),
    ("numeric(12, 2)", ("NaN", "0")),
    ("numeric", ("10000", "1")),
    ("float8", ("0", None)),
    ("float8", ("0", "-0")),
    ("float4", ("NaN", None)),
    ("date", ("infinity", "-infinity")),
    ("date", ("infinity", None)),
    ("date", ("2000-01-01", None)),
    ("timestamptz", ("infinity", "-infinity")),
    ("bool", ("false", None)),
    ("text", ("", None)),
    ("int8", ("0", None)),
    ("name", ("a", "b")),
]
"""A type, and two values that change their columns."""
DIGESTS: dict[Algorithm, dict[str, str]] = {
    "pg-row-hash-sum-v1": {
        'T ä"b %s': "093a570af94b57cb",
        "borrowed": "d92966a5a3968ca4",
        "dropped_column": "87650de29c0c9fdc",
        "part_eu": "63643280b6858c75",
    },
    "pg-row-hash-sum-v2": {
        'T ä"b %s': "d064f413420b0a4b",
        "borrowed": "f5a6e7f65d752e95",
        "dropped_column": "964dd5f5cf7922e1",
        "part_eu": "e7738f08eb2bce98",
    },
}
"""What tables of `every_type.sql` were digested to when each way of digesting began."""


async def sums(server: servers.Server, database: str) -> dict[str, RowSum]:
    source = resolve(server.environment(database))
    async with await open_connection(source) as connection:
        tables = await read_tables(connection)
        found = await sum_tables(lambda: open_connection(source), tables, jobs=2)
    return {table.name: found[table.oid] for table in tables if table.oid in found}


@pytest.fixture(params=["fifteen", "eighteen"])
def server(request: pytest.FixtureRequest) -> servers.Server:
    found: servers.Server = request.getfixturevalue(request.param)
    return found


async def of_pairs(
    server: servers.Server, pairs: Sequence[tuple[str, Sequence[str | None], Sequence[str | None]]]
) -> list[tuple[RowSum, RowSum]]:
    """Digests of pairs of tables of one row: their columns, and the row of each."""
    server.drop_database("pairs")
    server.create_database("pairs")
    with server.connect("pairs") as connection:
        for number, (columns, before, after) in enumerate(pairs):
            for name, row in (("before", before), ("after", after)):
                connection.execute(f"create table {name}_{number} ({columns})")
                values = ", ".join(["%s"] * len(row))
                connection.execute(f"insert into {name}_{number} values ({values})", list(row))
    found = await sums(server, "pairs")
    server.drop_database("pairs")
    return [(found[f"before_{number}"], found[f"after_{number}"]) for number in range(len(pairs))]


async def test_the_smallest_change_of_a_value_is_noticed(server: servers.Server) -> None:
    found = await of_pairs(server, [(f"v {kind}", [before], [after]) for kind, before, after in CHANGES])
    unnoticed = [
        change for change, (before, after) in zip(CHANGES, found, strict=True) if before.text == after.text
    ]
    assert unnoticed == []


async def test_values_swapped_between_rows_are_noticed(fifteen: servers.Server, database: str) -> None:
    fifteen.sql(
        database,
        "create table one as select i as a, i * 7 as b from generate_series(1, 100) i",
        "create table two as select * from one",
        "update two set b = case a when 1 then 14 else 7 end where a in (1, 2)",
        "create table three as select b as a, a as b from one",
    )
    found = await sums(fifteen, database)
    assert found["one"].rows == found["two"].rows
    assert len({found[name].text for name in ("one", "two", "three")}) == 3


async def test_order_pages_and_dropped_columns_do_not_matter(
    fifteen: servers.Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifteen.sql(
        database,
        "create table one as select i as a, md5(i::text) as b from generate_series(1, 5000) i",
        "create table two (b text, gone int, a int)",
        "insert into two select b, 0, a from one order by b",
        "alter table two drop column gone",
        "delete from two where a % 2 = 0",
        "insert into two (a, b) select a, b from one where a % 2 = 0",
        "create table three (b text, a int) partition by hash (a)",
        "create table three_0 partition of three for values with (modulus 2, remainder 0)",
        "create table three_1 partition of three for values with (modulus 2, remainder 1)",
        "insert into three select b, a from one",
    )
    whole = await sums(fifteen, database)
    monkeypatch.setattr(digest, "LEAST_SLICE_PAGES", 3)
    cut = await sums(fifteen, database)
    assert whole == cut
    assert whole["one"] == whole["two"] == whole["three_0"] + whole["three_1"]
    assert whole["one"].rows == 5000


async def test_what_cancels_out_elsewhere_does_not_here(server: servers.Server) -> None:
    """Values whose hashes PostgreSQL makes alike, or apart by a bit that another column could take back."""
    found = await of_pairs(server, [(f"a {kind}, b {kind}", row, row[::-1]) for kind, row in SWAPS])
    assert [swap for swap, (before, after) in zip(SWAPS, found, strict=True) if before == after] == []


@pytest.mark.parametrize("algorithm", DIGESTS)
async def test_backups_of_any_age_stay_comparable(algorithm: Algorithm, server: servers.Server) -> None:
    load(server, "every_type", EVERY_TYPE)
    found: dict[str, str] = {}
    async with await open_connection(resolve(server.environment("every_type"))) as connection:
        for table in [table for table in await read_tables(connection) if table.has_own_rows]:
            cursor = await connection.execute(slice_query(Slice(table), "full", algorithm))
            for _oid, rows, total in await cursor.fetchall():
                found[table.name] = RowSum(rows, int(total)).text
    assert {name: found[name] for name in DIGESTS[algorithm]} == DIGESTS[algorithm]
    server.drop_database("every_type")
