"""A foreign key that the restore itself checked: not searched again, unless anything changed since."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drill_tui.postgres.verify.report import CriterionFinding, VerifyReport
from tests.corpus.restored_database import Restored, restored_from

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("verify")]
TABLES = """
CREATE TABLE items (id int PRIMARY KEY);
INSERT INTO items SELECT n FROM generate_series(1, 1000) n;
CREATE TABLE parts (item int CONSTRAINT parts_item REFERENCES items);
INSERT INTO parts SELECT n FROM generate_series(1, 500) n;
CREATE TABLE boxes (item int CONSTRAINT boxes_item REFERENCES items);
CREATE TABLE loose (item int);
INSERT INTO loose VALUES (5);
ALTER TABLE loose ADD CONSTRAINT loose_item FOREIGN KEY (item) REFERENCES items NOT VALID;
"""
SPARED = "foreign keys validated by the restore when it added them"
JOINED = {
    "added anew": (
        "ALTER TABLE parts DROP CONSTRAINT parts_item",
        "ALTER TABLE parts ADD CONSTRAINT parts_item FOREIGN KEY (item) REFERENCES items",
    ),
    "touched in the catalog": (
        "UPDATE pg_constraint SET convalidated = convalidated WHERE conname = 'parts_item'",
    ),
    "a trigger off": ("ALTER TABLE parts DISABLE TRIGGER ALL",),
    "another row": ("INSERT INTO parts VALUES (7)",),
}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    with restored_from("keyed", TABLES, tmp_path_factory.mktemp("keyed")) as restored:
        yield restored


def of_keys(report: VerifyReport) -> CriterionFinding:
    (found,) = [finding for finding in report.criteria if finding.id == "foreign_keys"]
    return found


def test_what_the_restore_checked_is_not_searched_again(keyed: Restored) -> None:
    found = of_keys(keyed.verify())
    assert found.result == "met"
    assert f"2 {SPARED}" in found.coverage
    assert "1 foreign key by an anti-join" in found.coverage


@pytest.mark.parametrize("change", JOINED)
def test_whatever_touched_a_key_has_it_searched(keyed: Restored, change: str) -> None:
    with keyed.copy() as database:
        keyed.target.sql(database, *JOINED[change])
        found = of_keys(keyed.verify(database))
    assert found.result == "met"
    assert "2 foreign keys by an anti-join" in found.coverage


def test_counts_alone_prove_no_key(keyed: Restored) -> None:
    assert "Every foreign key by an anti-join" in of_keys(keyed.verify(depth="counts")).coverage


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM items WHERE id = 500",
        "UPDATE items SET id = 2000 WHERE id = 500",
        "INSERT INTO parts VALUES (1001)",
        "UPDATE parts SET item = -1 WHERE item = 500",
    ],
)
def test_an_orphan_that_came_after_the_restore_is_found(keyed: Restored, change: str) -> None:
    with keyed.copy() as database:
        keyed.target.sql(database, "SET session_replication_role = replica", change)
        found = of_keys(keyed.verify(database))
    assert found.result == "missed"
    assert [fault.subject for fault in found.faults] == ["public.parts parts_item"]


def test_a_record_of_an_earlier_release_spares_nothing(keyed: Restored) -> None:
    keyed.target.sql("postgres", "ALTER TABLE drill_tui.restore_record DROP COLUMN validated_keys")
    report = of_keys(keyed.verify())
    assert (report.result, "Every foreign key by an anti-join" in report.coverage) == ("met", True)
    with keyed.copy() as database:
        assert of_keys(keyed.verify(database)).result == "met"
