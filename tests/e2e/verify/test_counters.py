"""Transaction numbers in rows: said where the copy's own lag behind them, and no fault of the backup."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drill_tui.postgres.verify.report import CriterionFinding
from tests.corpus.restored_database import Restored, restored_from

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("verify")]
AHEAD = 20_000
TABLES = f"""
CREATE TABLE outbox (id int PRIMARY KEY, tx xid8 NOT NULL);
INSERT INTO outbox SELECT n, '{AHEAD}' FROM generate_series(1, 1000) n;
CREATE TABLE "Seen" (upto pg_snapshot, older txid_snapshot);
INSERT INTO "Seen" VALUES ('{AHEAD}:{AHEAD}:', '{AHEAD}:{AHEAD}:');
CREATE DOMAIN turn AS xid8;
CREATE TABLE long_past (tx turn);
INSERT INTO long_past VALUES ('3'), (NULL);
CREATE TABLE parted (tx xid8) PARTITION BY RANGE (tx);
CREATE TABLE parted_1 PARTITION OF parted DEFAULT;
INSERT INTO parted VALUES ('{AHEAD}');
"""


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    with restored_from("counted", TABLES, tmp_path_factory.mktemp("counted")) as restored:
        yield restored


def of_data(restored: Restored) -> CriterionFinding:
    (found,) = [one for one in restored.verify().criteria if one.id == "data_integrity"]
    return found


def test_numbers_that_the_copy_has_yet_to_reach_are_said(counted: Restored) -> None:
    found = of_data(counted)
    assert found.result == "met"
    named = sorted(caution.partition(" holds numbers of transactions")[0] for caution in found.cautions)
    assert named == ['public."Seen".older', 'public."Seen".upto', "public.outbox.tx", "public.parted_1.tx"]
    assert "Note: " in found.coverage


def test_a_cluster_that_has_passed_them_is_not_mentioned(counted: Restored) -> None:
    """As an external server may be, or one whose epoch was raised."""
    loop = f"BEGIN FOR i IN 1..{AHEAD} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END"
    counted.target.sql("postgres", f"DO $$ {loop} $$")
    found = of_data(counted)
    assert (found.result, found.cautions) == ("met", ())
