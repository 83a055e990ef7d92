"""Several databases in one folder, or in one file of pg_dumpall: one is found, taken out and drilled."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError, ActionResult
from drill_tui.engine.record.events import Finding
from drill_tui.postgres.archive.latest import latest_backup
from tests.action_context import Context
from tests.e2e.drill.running import SHOP, run_drill
from tests.e2e.witness.dumping import SCHEMA
from tests.servers import Server, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("witness")]


@pytest.fixture(scope="module")
def source() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        server.create_database("shop")
        server.sql(
            "shop",
            *SCHEMA,
            "ALTER ROLE shop_reader IN DATABASE shop SET work_mem = '6MB'",
            "ALTER DATABASE shop SET work_mem = '5MB'",
            "ALTER ROLE shop_owner LOGIN PASSWORD 'keeper-word' CONNECTION LIMIT 3",
            "GRANT CONNECT ON DATABASE shop TO shop_reader",
            "CREATE FUNCTION words() RETURNS text LANGUAGE sql AS $$ select E'\n\\\\connect crm\n' $$",
        )
        server.create_database("crm")
        server.sql("crm", *SHOP)
        yield server


def dump_all(source: Server, path: Path, *options: str) -> Path:
    script = path.with_suffix("") if path.suffix == ".gz" else path
    argv = [str(source.bin_dir / "pg_dumpall"), *options, "-f", str(script)]
    subprocess.run(argv, env={**os.environ, **source.libpq("postgres")}, check=True)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(script.read_bytes(), 1))
        script.unlink()
    return path


@pytest.fixture(scope="module")
def everything(source: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("all")
    path = dump_all(source, folder / "all_2026-11-28.sql.gz", "--clean", "--if-exists")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n")
    return path


@pytest.fixture
def context(tmp_path: Path) -> Context:
    run_dir = tmp_path / "run-1"
    run_dir.mkdir()
    return Context(run_dir, run_id="run-1", project_dir=run_dir, step="find_backup")


def find(context: Context) -> ActionResult:
    return asyncio.run(latest_backup(context))


def test_one_database_of_a_cluster_is_drilled_with_its_roles(everything: Path, tmp_path: Path) -> None:
    drill = run_drill(
        tmp_path,
        *("--runbook", "latest-backup", "-p", "source_database=shop"),
        env={"DRILL_BACKUPS": str(everything.parent)},
    )
    results = {one: drill.criterion(one) for one in ("backup_found", "checksums_verify", "restore_completes")}
    assert {one["result"] for one in results.values()} == {"met"}, drill.story()
    assert "all_2026-11-28.shop.sql of all_2026-11-28.sql.gz" in results["backup_found"]["detail"]
    assert "errors explained" not in results["restore_completes"]["coverage"]
    assert drill.criterion("data_integrity")["result"] == "unproven"
    assert drill.criterion("foreign_keys")["result"] == "unproven"
    assert "SCRAM" not in drill.story()
    told = re.search(
        r'"backup": ?"([^"]+/all_2026-11-28\.shop\.sql)"', (drill.run_dir / "events.jsonl").read_text()
    )
    assert told is not None
    assert not Path(told[1]).parent.exists()


def test_without_a_name_several_are_refused_and_named(everything: Path, context: Context) -> None:
    context.arguments = {"directory": str(everything.parent)}
    with pytest.raises(ActionError, match=r"holds 2 databases: crm, shop.*-p source_database=NAME"):
        find(context)
    assert context.proved == []
    assert context.claims == {}


def test_a_name_that_is_not_in_it_leaves_nothing(everything: Path, context: Context) -> None:
    context.arguments = {"directory": str(everything.parent), "database": "erp"}
    with pytest.raises(ActionError, match="holds no database 'erp'; it has: template1, crm, postgres, shop"):
        find(context)
    assert context.claims == {}
    assert [Path(ref).exists() for _, ref in context.released] == [False]


def test_a_changed_or_cut_one_is_a_finding(everything: Path, context: Context, tmp_path: Path) -> None:
    context.arguments = {"directory": str(tmp_path / "bad"), "database": "shop"}
    (tmp_path / "bad").mkdir()
    whole = gzip.decompress(everything.read_bytes())
    cut = tmp_path / "bad" / "all.sql"
    cut.write_bytes(whole[:-200])
    with pytest.raises(ActionError, match="is cut off"):
        find(context)
    cut.write_bytes(whole)
    cut.with_name("all.sql.sha256").write_text("0" * 64)
    with pytest.raises(ActionError, match="is changed since it was made"):
        find(context)
    assert context.proved == [("backup_found", Finding.MISSED)] * 2


def test_a_folder_of_several_databases(source: Server, context: Context, tmp_path: Path) -> None:
    folder = tmp_path / "nightly"
    folder.mkdir()
    for name, database in (("crm.dump", "crm"), ("shop_2026-11-28.sql", "shop")):
        kind = "-Fc" if name.endswith("dump") else "-Fp"
        argv = [str(source.bin_dir / "pg_dump"), kind, "-f", str(folder / name), database]
        subprocess.run(argv, env={**os.environ, **source.libpq(database)}, check=True)
    os.utime(folder / "shop_2026-11-28.sql", (4_000_000_000, 4_000_000_000))
    context.arguments = {"directory": str(folder)}
    found = find(context)
    assert Path(found.outputs["backup"]).name == "shop_2026-11-28.sql"
    assert "other databases lie there too, and are not drilled: crm" in "\n".join(context.logged)
    context.arguments = {"directory": str(folder), "database": "crm"}
    found = find(context)
    assert Path(found.outputs["backup"]).name == "crm.dump"
    context.arguments = {"directory": str(folder), "database": "erp"}
    with pytest.raises(ActionError, match="of the database 'erp'; there are backups of crm, shop"):
        find(context)
