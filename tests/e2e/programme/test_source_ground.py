"""A dump without a witness and without an earlier drill, held to what the running source has."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.verify.source_catalog import read_catalog
from tests.corpus.scripts import Ran, run_script
from tests.e2e.drill.running import Drill, run_drill
from tests.e2e.witness.dumping import SCHEMA, restore
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("reference")]
JUDGED = ("required_tables", "data_integrity", "foreign_keys", "indexes", "schema")


@pytest.fixture(scope="module")
def source() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        server.create_database("shop")
        server.sql("shop", *SCHEMA)
        yield server


@pytest.fixture(scope="module")
def copy(source: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the database `good`, restored from a dump of the source."""
    dump = tmp_path_factory.mktemp("dump") / "shop.dump"
    made_by(source, "pg_dump", "-Fc", "-f", str(dump), "shop")
    with start_cluster(binaries(18)) as server:
        server.sql("postgres", "CREATE ROLE shop_owner", "CREATE ROLE shop_reader")
        assert restore(server, dump, "good").code == 0
        yield server


def made_by(source: Server, program: str, *options: str) -> None:
    argv = [str(source.bin_dir / program), *options]
    subprocess.run(argv, env={**os.environ, **source.libpq("postgres")}, check=True)


def catalog_of(source: Server, folder: Path) -> Path:
    path = folder / "source_catalog.json"
    path.write_text(asyncio.run(read_catalog(resolve(source.environment("shop")), 2)).model_dump_json())
    return path


def verify(copy: Server, catalog: Path, growth: str = "0.9..1.5") -> Ran:
    return run_script(
        "verify", copy.environment("good"), "--growth", growth, "--source-catalog", catalog, "--jobs", "2"
    )


def drill(source: Server, backups: Path, artifacts: Path, *options: str) -> Drill:
    return run_drill(
        artifacts,
        *("--runbook", "latest-backup", "-p", "growth=0.9..1.5", "-p", "ground=source", *options),
        env={"DRILL_BACKUPS": str(backups), **source.environment("shop")},
    )


def test_a_pg_dumpall_passes_on_the_word_of_the_running_source(source: Server, tmp_path: Path) -> None:
    backups = tmp_path / "nightly"
    backups.mkdir()
    path = backups / "all.sql"
    made_by(source, "pg_dumpall", "-f", str(path))
    path.with_name("all.sql.sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest() + "  all.sql\n")
    done = drill(source, backups, tmp_path / "artifacts", "-p", "source_database=shop")
    assert done.code == 0, done.story()
    for criterion in JUDGED:
        assert "against the source's catalog at " in done.criterion(criterion)["detail"]
    assert "contents of rows" in done.criterion("data_integrity")["coverage"]
    assert source.sql("postgres", "SELECT * FROM pg_replication_slots") == []


def test_another_database_is_no_ground(source: Server, tmp_path: Path) -> None:
    source.sql("postgres", "CREATE TABLE IF NOT EXISTS t (i int)")
    backups = tmp_path / "nightly"
    backups.mkdir()
    made_by(source, "pg_dump", "-Fc", "-f", str(backups / "x.dump"), "postgres")
    done = drill(source, backups, tmp_path / "artifacts")
    assert done.code == 3, done.story()
    assert "is of the database 'postgres', and the source that is configured is 'shop'" in done.story()


def test_growth_within_the_band_is_met_and_beyond_it_is_missed(
    source: Server, copy: Server, tmp_path: Path
) -> None:
    source.sql("shop", "INSERT INTO basket (note) SELECT 'more' FROM generate_series(1, 30)")
    done = verify(copy, catalog_of(source, tmp_path))
    assert (done.code, done.result("data_integrity")) == (0, "met"), done.stdout
    source.sql("shop", "INSERT INTO basket (note) SELECT 'more' FROM generate_series(1, 30)")
    done = verify(copy, catalog_of(source, tmp_path))
    assert done.result("data_integrity") == "missed"
    assert "public.basket: 100 rows, and the source has 160" in done.evidence["data_integrity"]["detail"]
    source.sql("shop", "DELETE FROM basket WHERE note = 'more'")


@pytest.mark.parametrize(
    ("since", "undo", "criterion", "words"),
    [
        (
            "CREATE TABLE fresh (i int)",
            "DROP TABLE fresh",
            "required_tables",
            "public.fresh; made or changed",
        ),
        ("CREATE INDEX fresh ON basket (note)", "DROP INDEX fresh", "indexes", "index public.fresh; made"),
        (
            "ALTER TABLE basket ADD at date",
            "ALTER TABLE basket DROP at",
            "schema",
            "column public.basket.at: date; made or changed since, or lost",
        ),
    ],
)
def test_what_the_source_has_since_or_the_backup_lost_is_not_judged(
    source: Server, copy: Server, tmp_path: Path, since: str, undo: str, criterion: str, words: str
) -> None:
    source.sql("shop", since)
    try:
        done = verify(copy, catalog_of(source, tmp_path))
    finally:
        source.sql("shop", undo)
    assert done.result(criterion) == "unproven", done.stdout
    assert words in done.evidence[criterion]["detail"]
    assert "missed" not in {done.result(one) for one in JUDGED}


def test_what_is_gone_from_the_source_is_a_note_and_an_empty_table_no_pass(
    source: Server, copy: Server, tmp_path: Path
) -> None:
    copy.sql("good", "CREATE TABLE old (i int)", "TRUNCATE basket")
    done = verify(copy, catalog_of(source, tmp_path))
    assert done.result("required_tables") == "met"
    assert "no longer in the source: public.old" in done.evidence["required_tables"]["coverage"]
    assert done.result("data_integrity") == "unproven"
    assert "public.basket is empty, and the source has 100 rows" in done.evidence["data_integrity"]["detail"]


def test_a_catalog_goes_with_a_band_and_has_to_be_one(copy: Server, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    done = run_script("verify", copy.environment("good"), "--source-catalog", path)
    assert (done.code, "--source-catalog needs --growth" in done.stderr) == (2, True)
    done = verify(copy, path)
    assert (done.code, "is no catalog of a source" in done.stderr) == (3, True)
