"""`drill-tui witness` on a real server: all recorded, nothing left behind, never more than it knows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from drill_tui.postgres.archive.witness_file import read
from drill_tui.postgres.physical import compare
from tests.e2e.drill.running import ROOT, drill_tui
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("witness")]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        server.create_database("shop")
        server.sql(
            "shop",
            "create table item (id bigserial primary key, name text)",
            "insert into item (name) select 'item ' || i from generate_series(1, 500) i",
            "create unlogged table scratch (id bigserial, note text)",
            "select lo_from_bytea(4711, 'large')",
            "create role keeper login replication password 'keeper-word'",
            "grant pg_read_all_data to keeper",
            "grant select on large object 4711 to keeper",
        )
        yield server


def test_every_database_at_a_point_of_its_own_and_nothing_is_left(server: Server, tmp_path: Path) -> None:
    env = {**server.environment("shop"), "DB_USER": "keeper", "DB_PASSWORD": "keeper-word"}
    before = server.sql(
        "shop", "select xact_commit, tup_inserted from pg_stat_database where datname = 'shop'"
    )
    done = drill_tui("witness", "--output", str(tmp_path), env=env)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("witness_*.json")
    found = json.loads(path.read_text())
    jsonschema.validate(found, json.loads((ROOT / "docs/schemas/witness.schema.json").read_text()))
    assert found["way"] == "slot"
    assert found["superuser"] == "postgres"
    by_name = {one["database"]["name"]: one for one in found["databases"]}
    assert set(by_name) == {"postgres", "shop"}
    tables = {table["name"]: table for table in by_name["shop"]["tables"]}
    assert tables["item"]["rows"] == 500
    assert tables["scratch"]["rows"] is None
    assert [one["name"] for one in by_name["shop"]["sequences"]] == ["item_id_seq"]
    assert "keeper-word" not in path.read_text()
    assert "scratch" in by_name["shop"]["coverage"][0]
    assert server.sql("shop", "select * from pg_replication_slots") == []
    after = server.sql(
        "shop", "select xact_commit, tup_inserted from pg_stat_database where datname = 'shop'"
    )
    assert after[0][1] == before[0][1]


def test_large_objects_have_grants_of_their_own(server: Server, tmp_path: Path) -> None:
    """pg_read_all_data does not reach them (manual, 22.5), which a dump would meet only half-way."""
    server.sql("shop", "create role half login replication password 'h'", "grant pg_read_all_data to half")
    env = {**server.environment("shop"), "DB_USER": "half", "DB_PASSWORD": "h"}
    done = drill_tui("witness", "--output", str(tmp_path), "--database", "shop", env=env)
    assert done.returncode == 1
    assert "GRANT SELECT ON LARGE OBJECT" in done.stderr


def test_an_open_writer_is_waited_for_no_longer_than_asked(server: Server, tmp_path: Path) -> None:
    with server.connect("shop", autocommit=False) as writer:
        writer.execute("insert into item (name) values ('open')")
        done = drill_tui(
            "witness", "--output", str(tmp_path), "--slot-timeout", "1", env=server.environment("shop")
        )
        writer.rollback()
    assert done.returncode == 3
    assert "no exact point within 1 s" in done.stderr
    assert not list(tmp_path.iterdir())
    assert server.sql("shop", "select * from pg_replication_slots") == []


def test_a_role_without_replication_is_told_what_it_needs(server: Server, tmp_path: Path) -> None:
    server.sql("shop", "create role reader login password 'r'", "grant pg_read_all_data to reader")
    env = {**server.environment("shop"), "DB_USER": "reader", "DB_PASSWORD": "r"}
    done = drill_tui("witness", "--output", str(tmp_path), env=env)
    assert done.returncode == 3
    assert "REPLICATION" in done.stderr


def test_a_table_whose_lock_nobody_gives_back_is_unproven_at_once(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a copy that is paused while a prepared transaction holds a lock, until the recovery goes on."""
    env = server.environment("shop")
    done = drill_tui("witness", "--output", str(tmp_path), "--database", "shop", env=env)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("witness_*.json")
    witness = read(path)
    monkeypatch.setattr(compare, "LOCK_TIMEOUT_S", 0.2)
    with server.connect("shop", autocommit=False) as holder:
        holder.execute("lock table item")
        comparison = compare.compare_at_point(
            env, witness, witness.databases[0], required=(), jobs=1, progress=lambda done, total: None
        )
        findings = {found.id: found for found in asyncio.run(comparison)}
        holder.rollback()
    assert {found.result for found in findings.values()} == {"unproven"}
    assert "open or prepared at this point" in findings["data_integrity"].detail


def test_a_changed_witness_is_told_and_an_old_one_pruned(server: Server, tmp_path: Path) -> None:
    env = server.environment("shop")
    done = drill_tui(
        "witness", "--output", str(tmp_path), "--database", "shop", "--digest", "counts", env=env
    )
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("witness_*.json")
    old = tmp_path / "witness_20200101T000000Z.json"
    old.write_text(path.read_text().replace('"rows": 500', '"rows": 499'))
    listed = drill_tui("witness", "list", "--output", str(tmp_path))
    assert listed.returncode == 1
    assert "was changed after it was written" in listed.stderr
    pruned = drill_tui("witness", "prune", "--keep", "30d", "--output", str(tmp_path))
    assert pruned.returncode == 0
    assert list(tmp_path.glob("witness_*.json")) == [path]
    assert drill_tui("witness", "prune", "--keep", "0h", "--output", str(tmp_path)).returncode == 0
    assert path.exists(), "the newest one stays"
