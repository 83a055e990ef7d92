"""Every fault of a restored database is found, and named under its criterion; an equal one passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from drill_tui.faults.catalogue import BY_ID, CATALOGUE
from drill_tui.faults.fault import InDatabase, InPages
from tests.corpus.restored_database import RESTORED, Restored, back_up_and_restore, load, shortfalls
from tests.corpus.restored_faults import CASES, DATA, INDEXES, KEYS, SCHEMAS, TABLES, Case
from tests.servers import binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("restored_broken")]
SCHEMA = Path(__file__).with_name("restored_shop.sql")


MAJORS = (15, 18)
ROLES = (
    "CREATE ROLE shop_owner",
    "CREATE ROLE shop_staff",
    "CREATE ROLE shop_reader LOGIN CONNECTION LIMIT 5 VALID UNTIL '2040-01-01 12:00+02' IN ROLE shop_staff",
)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Restored]]:
    """The shop of a PostgreSQL 15, restored into each of `MAJORS`."""
    with ExitStack() as stack:
        source = start_cluster(binaries(15))
        stack.callback(source.stop)
        source.sql("postgres", *ROLES)
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
    {"row-deleted", "view-changed", "index-dropped", "foreign-key-dropped", "index-page-damaged"}
)
"""Faults that are also tried without a change of version, which the others are found through."""


TRIED = [(major, case) for major in MAJORS for case in CASES if major == 18 or case.fault in SAME_MAJOR]


@pytest.mark.parametrize(
    ("shop", "case"), TRIED, indirect=["shop"], ids=[f"{case.fault}-to-{major}" for major, case in TRIED]
)
def test_a_fault_is_found_and_named(shop: Restored, case: Case) -> None:
    with shop.broken(BY_ID[case.fault], case.site) as database:
        report = shop.verify(database)
    results = {found.id: found for found in report.criteria}
    missed = {name for name, found in results.items() if found.result == "missed"}
    assert missed == set(case.criteria), shortfalls(report)
    assert any(
        case.words in f"{item.subject}: {item.problem}" for item in results[case.criteria[0]].faults
    ), results[case.criteria[0]].detail
    assert report.result == "missed"


def test_every_fault_of_a_restored_database_is_tried() -> None:
    """Each is noticed first by what the catalogue says, and by nothing that it does not name."""
    tried = {case.fault: case.criteria for case in CASES}
    inside = {fault.id: fault for fault in CATALOGUE if isinstance(fault.injury, InDatabase | InPages)}
    assert tried.keys() == inside.keys()
    for name, criteria in tried.items():
        assert criteria[0] == inside[name].criterion
        assert set(criteria) <= set(inside[name].noticed_by)


@pytest.mark.parametrize(
    ("change", "criterion", "words"),
    [
        (
            "ALTER ROLE shop_reader IN DATABASE {database} RESET work_mem",
            SCHEMAS,
            "setting of role shop_reader in this database work_mem: is in the backup",
        ),
        (
            "ALTER LARGE OBJECT 4002 OWNER TO shop_owner",
            DATA,
            "large objects: owners are not as in the backup",
        ),
        (
            "REVOKE SELECT ON LARGE OBJECT 4001 FROM shop_reader",
            DATA,
            "large objects: grants are not as in the backup",
        ),
        ("COMMENT ON LARGE OBJECT 4001 IS NULL", DATA, "large objects: comments are not as in the backup"),
        (
            "ALTER INDEX sales.room_free ALTER COLUMN 1 SET STATISTICS -1",
            SCHEMAS,
            "index sales.room_free: the statistics target of its column 1 is the default, and was 500",
        ),
    ],
    ids=[
        "role-setting",
        "large-object-owner",
        "large-object-grant",
        "large-object-comment",
        "index-statistics",
    ],
)
def test_what_no_dump_of_the_schema_shows_is_read_from_the_catalog(
    shop: Restored, change: str, criterion: str, words: str
) -> None:
    with shop.copy() as database:
        shop.target.sql(database, change.format(database=database))
        report = shop.verify(database)
    assert shortfalls(report).keys() == {criterion}
    assert words in shortfalls(report)[criterion]


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


def test_a_materialized_view_that_came_back_with_other_rows_is_worth_a_note(shop: Restored) -> None:
    with shop.copy() as database:
        shop.target.sql(
            database,
            "SET session_replication_role = replica",
            "UPDATE sales.orders SET customer = 1 WHERE id = 2500",
            "REFRESH MATERIALIZED VIEW sales.totals",
            "UPDATE sales.orders SET customer = 2501 WHERE id = 2500",
        )
        report = shop.verify(database)
    assert shortfalls(report) == {}
    (data,) = [found for found in report.criteria if found.id == DATA]
    assert data.cautions == (
        "the materialized view sales.totals has 2,999 rows, and had 3,000 at the source's last refresh",
    )


@pytest.mark.parametrize(
    ("change", "undo", "words"),
    [
        ("ALTER ROLE shop_owner BYPASSRLS", "ALTER ROLE shop_owner NOBYPASSRLS", "is BYPASSRLS, and was not"),
        ("ALTER ROLE shop_owner CREATEDB", "ALTER ROLE shop_owner NOCREATEDB", "is CREATEDB, and was not"),
        (
            "ALTER ROLE shop_reader CONNECTION LIMIT -1",
            "ALTER ROLE shop_reader CONNECTION LIMIT 5",
            "may have any number of connections, and might have 5 connections",
        ),
        (
            "ALTER ROLE shop_reader VALID UNTIL 'infinity'",
            "ALTER ROLE shop_reader VALID UNTIL '2040-01-01 12:00+02'",
            "expires infinity, and expired 2040-01-01 10:00:00+00",
        ),
        (
            "GRANT pg_read_all_data TO shop_reader",
            "REVOKE pg_read_all_data FROM shop_reader",
            "is a member of pg_read_all_data, and was not",
        ),
        (
            "GRANT shop_staff TO shop_reader WITH ADMIN OPTION",
            "REVOKE ADMIN OPTION FOR shop_staff FROM shop_reader",
            "may grant shop_staff to others, and might not",
        ),
    ],
    ids=["bypassrls", "createdb", "limit", "expiry", "joined", "admin"],
)
def test_a_role_that_may_do_other_things_is_named(shop: Restored, change: str, undo: str, words: str) -> None:
    with shop.copy() as database:
        shop.target.sql("postgres", change)
        try:
            report = shop.verify(database)
        finally:
            shop.target.sql("postgres", undo)
    assert shortfalls(report).keys() == {SCHEMAS}
    assert words in shortfalls(report)[SCHEMAS]
