"""A backup that an earlier drill-tui made: digested in its way, and compared in that way."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill_tui.postgres.client.catalog import TableShape, read_tables
from drill_tui.postgres.client.connect import open_connection
from drill_tui.postgres.content.digest import RowSum, Slice, slice_query
from drill_tui.postgres.content.row_hash import ALGORITHM, FIRST
from tests.corpus.restored_database import RESTORED, Restored, restored_from, run_script, shortfalls

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("verify")]
TABLES = """
CREATE TABLE items (id int PRIMARY KEY, price numeric(8, 2), weight float8, made timestamptz, v text);
INSERT INTO items SELECT n, n / 7.0, n / 3.0, timestamptz '2026-01-01Z' + n * interval '1 h', 'x' || n
    FROM generate_series(1, 1000) n;
CREATE TABLE empty (id int);
"""


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restored]:
    with restored_from("items", TABLES, tmp_path_factory.mktemp("items")) as restored:
        yield restored


async def digest_of(items: Restored, table: TableShape) -> str:
    async with await open_connection(items.place(RESTORED)) as connection:
        cursor = await connection.execute(slice_query(Slice(table), "full", FIRST))
        ((_oid, rows, total),) = await cursor.fetchall()
        return RowSum(rows, int(total)).text


async def made_earlier(items: Restored, place: Path) -> Path:
    """The backup with the manifest that the version before would have written."""
    async with await open_connection(items.place(RESTORED)) as connection:
        tables = {table.name: table for table in await read_tables(connection)}
    manifest = json.loads((items.backup / "manifest.json").read_text())
    assert manifest["digest_algorithm"] == ALGORITHM
    manifest["digest_algorithm"] = FIRST
    for table in manifest["tables"]:
        table["digest"] = await digest_of(items, tables[table["name"]])
    older = Path(shutil.copytree(items.backup, place / items.backup.name))
    (older / "manifest.json").write_text(json.dumps(manifest))
    return older


def test_it_passes_and_a_changed_row_of_it_does_not(items: Restored, tmp_path: Path) -> None:
    older = asyncio.run(made_earlier(items, tmp_path))
    done = run_script("verify", items.environment(RESTORED), "--backup", str(older))
    assert done.returncode == 0, done.stdout + done.stderr
    with items.copy() as database:
        items.target.sql(database, "UPDATE items SET weight = weight + 0.001 WHERE id = 500")
        done = run_script("verify", items.environment(database), "--backup", str(older))
    assert done.returncode == 1
    assert "public.items" in done.stdout


def test_a_lost_sign_goes_red_and_where_it_could_not_be_seen_that_is_said(
    items: Restored, tmp_path: Path
) -> None:
    older = asyncio.run(made_earlier(items, tmp_path))
    with items.copy() as database:
        items.target.sql(database, "UPDATE items SET price = -price WHERE id = 500")
        report = items.verify(database)
        assert shortfalls(report).keys() == {"data_integrity"}
        place = {**items.environment(database), "DRILL_ARTIFACTS_DIR": str(tmp_path / "told")}
        unseen = run_script("verify", place, "--backup", str(older))
    assert unseen.returncode == 0
    (saved,) = (tmp_path / "told").glob("verify_*.json")
    (told,) = (
        found["coverage"]
        for found in json.loads(saved.read_text())["criteria"]
        if found["id"] == "data_integrity"
    )
    assert "Not covered: the sign of numeric(p, s) values" in told


def test_digests_that_nobody_knows_prove_nothing(items: Restored, tmp_path: Path) -> None:
    newer = asyncio.run(made_earlier(items, tmp_path))
    manifest = newer / "manifest.json"
    manifest.write_text(manifest.read_text().replace(FIRST, "pg-row-hash-sum-v9"))
    done = run_script("verify", items.environment(RESTORED), "--backup", str(newer))
    assert done.returncode == 6
    assert "digests of the kind pg-row-hash-sum-v9 cannot be taken here" in " ".join(done.stdout.split())
