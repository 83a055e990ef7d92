"""Every fault of a restored database is found, and named under its criterion; an equal one passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.corpus.restored_database import RESTORED, Restored, back_up_and_restore, load, shortfalls
from tests.corpus.restored_faults import DATA, FAULTS, INDEXES, KEYS, SCHEMAS, TABLES, Fault
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("restored_broken")]
SCHEMA = Path(__file__).with_name("restored_shop.sql")


MAJORS = (15, 18)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Restored]]:
    """The shop of a PostgreSQL 15, restored into each of `MAJORS`."""
    with ExitStack() as stack:
        source = start_cluster(binaries(15))
        stack.callback(source.stop)
        source.sql("postgres", "CREATE ROLE shop_owner", "CREATE ROLE shop_reader")
        source.create_database("shop", "OWNER shop_owner")
        load(source, "shop", SCHEMA.read_text())
        found: dict[int, Restored] = {}
        for major in MAJORS:
            target = start_cluster(binaries(major))
            stack.callback(target.stop)
            place = tmp_path_factory.mktemp("shop")
            backup = back_up_and_restore(source, "shop", target, RESTORED, place)
            found[major] = Restored(source, target, backup, place / "artifacts")
        yield found


@pytest.fixture(params=MAJORS, ids=[f"to-{major}" for major in MAJORS])
def shop(request: pytest.FixtureRequest, shops: dict[int, Restored]) -> Restored:
    return shops[request.param]


def test_an_untouched_copy_meets_every_criterion(shop: Restored) -> None:
    with shop.copy() as database:
        report = shop.verify(database)
    assert shortfalls(report) == {}
    assert report.result == "met"
    assert report.tables == ()


SAME_MAJOR = frozenset(
    {"row-deleted", "view-changed", "index-dropped", "foreign-key-dropped", "table-dropped"}
)
"""Faults that are also tried without a change of version, which the others are found through."""


CASES = [(major, fault) for major in MAJORS for fault in FAULTS if major == 18 or fault.name in SAME_MAJOR]


@pytest.mark.parametrize(
    ("shop", "fault"), CASES, indirect=["shop"], ids=[f"{fault.name}-to-{major}" for major, fault in CASES]
)
def test_a_fault_is_found_and_named(shop: Restored, fault: Fault) -> None:
    with shop.copy() as database:
        shop.target.sql(database, *(text.format(database=database) for text in fault.statements))
        report = shop.verify(database)
    results = {found.id: found for found in report.criteria}
    missed = {name for name, found in results.items() if found.result == "missed"}
    assert missed == set(fault.criteria), shortfalls(report)
    assert any(
        fault.words in f"{item.subject}: {item.problem}" for item in results[fault.criteria[0]].faults
    ), results[fault.criteria[0]].detail
    assert report.result == "missed"


def test_an_empty_database_misses_everything_that_can_be_missed(shop: Restored) -> None:
    with shop.copy() as database:
        shop.target.sql(database, "DROP SCHEMA sales CASCADE")
        report = shop.verify(database)
    assert {name for name, why in shortfalls(report).items() if why.startswith("missed")} == {
        TABLES,
        DATA,
        KEYS,
        INDEXES,
        SCHEMAS,
    }


def test_a_missing_role_is_named(shop: Restored) -> None:
    with shop.copy() as database:
        shop.target.sql("postgres", "ALTER ROLE shop_reader RENAME TO somebody_else")
        try:
            report = shop.verify(database)
        finally:
            shop.target.sql("postgres", "ALTER ROLE somebody_else RENAME TO shop_reader")
    schema = {found.id: found for found in report.criteria}[SCHEMAS]
    assert schema.result == "missed"
    assert "role shop_reader" in {fault.subject for fault in schema.faults}


@pytest.mark.parametrize(
    ("relation", "criterion"),
    [("sales.customers_note", INDEXES), ("sales.orders", DATA)],
    ids=["btree", "heap"],
)
def test_a_damaged_page_is_found(shop: Restored, relation: str, criterion: str) -> None:
    with shop.copy() as database:
        damage(shop.target, database, relation)
        report = shop.verify(database)
    results = {found.id: found for found in report.criteria}
    assert results[criterion].result == "missed", shortfalls(report)
    assert any(relation in fault.subject for fault in results[criterion].faults)


def damage(server: Server, database: str, relation: str) -> None:
    """Overwrite the middle of a relation's second page on disk, where its newest entries are."""
    ((path,),) = server.sql(database, f"SELECT pg_relation_filepath('{relation}'::regclass)")
    with (server.data_dir / path).open("r+b") as file:
        file.seek(8192 + 24)
        file.write(bytes(range(1, 201)))
