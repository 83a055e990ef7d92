"""The built-in actions on a configured source, and how backups are found and removed."""

from __future__ import annotations

import asyncio
import gzip
import os
import stat
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from drill_tui.engine.ports import ActionError, Claim
from drill_tui.engine.record.events import Finding
from drill_tui.postgres import actions
from drill_tui.postgres.archive.latest import candidates
from drill_tui.postgres.doctor import checks
from tests import servers
from tests.action_context import Context
from tests.e2e.backup.conftest import BackUp

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("backup")]
ACTIONS = {spec.name: spec for spec in actions.ACTIONS}


@pytest.fixture
def context(tmp_path: Path) -> Context:
    run_dir = tmp_path / "run-1"
    run_dir.mkdir()
    return Context(run_dir, run_id="run-1", environment={}, project_dir=run_dir, step="open_source")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_configured_source_is_opened_without_passing_its_password_on(
    fifteen: servers.Server, database: str, context: Context
) -> None:
    address = f"{fifteen.user}:{fifteen.password}@{fifteen.host}:{fifteen.port}"
    context.environment = {
        "DATABASE_URL": f"postgresql://{address}/{database}?sslmode=disable&application_name=mine"
    }
    opened = await ACTIONS["source.open"].run(context)
    assert opened.outputs["kind"] == "configured"
    assert opened.outputs["dbname"] == database
    assert opened.outputs["server_version_num"].startswith("15")
    assert opened.outputs["system_identifier"].isdigit()
    assert int(opened.outputs["size_bytes"]) > 1_000_000
    assert opened.outputs.keys() <= ACTIONS["source.open"].outputs.keys()
    assert fifteen.password not in str(opened) + "".join(context.logged)
    assert context.secrets == [fifteen.password]
    assert opened.env["PGSSLMODE"] == "disable"
    passfile = Path(opened.env["PGPASSFILE"])
    assert mode_of(passfile) == 0o600
    assert context.claims.keys() == {("file", str(passfile))}
    context.environment = opened.env
    assert (await ACTIONS["source.open"].run(context)).outputs == opened.outputs
    context.results["open_source"] = opened
    context.claims = {("file", str(passfile)): {}}
    await ACTIONS["source.close"].run(context)
    assert list(context.private_dir.iterdir()) == []
    assert context.claims == {}


async def test_a_source_that_does_not_answer_is_one_sentence(context: Context) -> None:
    context.environment = {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_PASSWORD": "canary-4711"}
    with pytest.raises(ActionError, match="Check DB_HOST and DB_PORT") as caught:
        await ACTIONS["source.open"].run(context)
    assert "canary" not in str(caught.value)


async def test_sql_binds_its_parameters_and_gives_the_first_row(
    fifteen: servers.Server, database: str, context: Context
) -> None:
    context.environment = fifteen.environment(database)
    context.arguments = {
        "query": "select %(who)s::text as who, true as yes, interval '90 s' as lost, null as nothing, 7 as n",
        "params.who": "Robert'); drop table students; --",
    }
    found = await ACTIONS["sql"].run(context)
    assert found.outputs == {
        "who": "Robert'); drop table students; --",
        "yes": "true",
        "lost": "90",
        "nothing": "",
        "n": "7",
    }


async def test_sql_only_reads_a_source_and_may_write_to_a_target(
    fifteen: servers.Server, database: str, context: Context
) -> None:
    context.environment = fifteen.environment(database)
    context.arguments = {"query": "create table t (id int)"}
    with pytest.raises(ActionError, match="read-only transaction"):
        await ACTIONS["sql"].run(context)
    context.environment = {**context.environment, "DRILL_TARGET_NONCE": "abc"}
    assert (await ACTIONS["sql"].run(context)).outputs == {}
    assert fifteen.sql(database, "select count(*) from t") == [(0,)]


async def test_only_the_backup_of_this_run_is_removed(
    fifteen: servers.Server, database: str, back_up: BackUp, context: Context
) -> None:
    def make(environment: Mapping[str, str]) -> Path:
        before = set(back_up_dir.iterdir()) if back_up_dir.exists() else set()
        ran = back_up({**fifteen.environment(database), **environment})
        assert ran.code == 0, ran.stderr
        (made,) = set(back_up_dir.iterdir()) - before
        return made

    back_up_dir = context.run_dir.parent / "backups"
    mine = await asyncio.to_thread(make, {"DRILL_RUN_ID": context.run_id})
    others = await asyncio.to_thread(make, {"DRILL_RUN_ID": "run-2"})
    by_hand = await asyncio.to_thread(make, {})
    context.arguments = {"path": str(back_up_dir), "keep": "true"}
    assert (await ACTIONS["backup.remove"].run(context)).outputs == {"removed": "0"}
    assert mine.exists()
    context.arguments = {"path": str(back_up_dir), "keep": "false"}
    assert (await ACTIONS["backup.remove"].run(context)).outputs == {"removed": "1"}
    assert sorted(back_up_dir.iterdir()) == sorted([others, by_hand])
    dispose = actions.DISPOSERS["backup"]
    stray = Claim(run_id=context.run_id, step="backup", kind="backup", ref=str(others), details={})
    with pytest.raises(ActionError, match="left alone"):
        await dispose(stray, context.log)


async def test_a_claimed_file_outside_the_private_directory_is_left_alone(
    context: Context, tmp_path: Path
) -> None:
    outside = tmp_path / "precious"
    outside.write_text("x")
    for path in (outside, context.private_dir / ".." / "precious"):
        claim = Claim(run_id=context.run_id, step="s", kind="file", ref=str(path), details={})
        with pytest.raises(ActionError, match="left alone"):
            await actions.DISPOSERS["file"](claim, context.log)
    assert outside.exists()


async def test_the_newest_backup_is_found_by_its_snapshot(
    fifteen: servers.Server, database: str, back_up: BackUp, context: Context
) -> None:
    folder = context.run_dir.parent / "backups"
    folder.mkdir()
    dumps = {"old.dump": "c", "old.tar": "t", "old.sql": "p", "old_directory": "d"}
    for name, kind in dumps.items():
        argv = [str(fifteen.bin_dir / "pg_dump"), f"-F{kind}", "--verbose", "-f", str(folder / name)]
        await asyncio.to_thread(
            subprocess.run, argv, env=fifteen.libpq(database), check=True, capture_output=True
        )
    (folder / "old.sql.gz").write_bytes(gzip.compress((folder / "old.sql").read_bytes()))
    (folder / "notes.txt").write_text("not a backup")
    (folder / "cut.dump").write_bytes(b"PGDMP\x01")
    (folder / "later_20991231T000000Z.partial").mkdir()
    broken = folder / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text("{")
    every = candidates(folder, lambda line: None)
    assert {candidate.path.name for candidate in every} == {*dumps, "old.sql.gz"}
    context.arguments = {"directory": str(folder)}
    found = await ACTIONS["backup.latest"].run(context)
    assert Path(found.outputs["backup"]).name in dumps
    assert found.outputs["dated_by"] == "header"
    age = datetime.now().astimezone() - datetime.fromisoformat(found.outputs["snapshot_at"])
    assert -2 < age.total_seconds() < 120
    ran = await asyncio.to_thread(back_up, fifteen.environment(database))
    assert ran.code == 0
    for name in dumps:
        os.utime(folder / name, (4_000_000_000, 4_000_000_000))
    found = await ACTIONS["backup.latest"].run(context)
    assert found.outputs["kind"] == "drill-tui"
    assert found.outputs["dated_by"] == "snapshot"
    assert set(context.proved) == {("backup_found", Finding.MET)}
    passed_over = "\n".join(context.logged)
    assert "cut.dump" in passed_over
    assert "manifest.json is cut off" in passed_over
    assert ".partial" in passed_over


async def test_a_directory_without_a_backup_is_said_so(context: Context) -> None:
    context.arguments = {"directory": str(context.private_dir)}
    with pytest.raises(ActionError, match="holds no complete backup"):
        await ACTIONS["backup.latest"].run(context)
    assert context.proved == [("backup_found", Finding.MISSED)]


async def test_a_directory_that_is_not_there_tells_nothing_about_the_backup(context: Context) -> None:
    context.arguments = {"directory": "/no/such/directory"}
    with pytest.raises(ActionError, match="is not a directory"):
        await ACTIONS["backup.latest"].run(context)
    assert context.proved == []


def test_the_doctor_looks_at_the_source(fifteen: servers.Server, database: str) -> None:
    found = {check.name: check for check in checks(fifteen.environment(database))}
    assert found["source"].status == "ok"
    assert "PostgreSQL 15" in found["source"].found
    assert found["source readable"].status == "ok"
    assert found["pg_dump for the source"].status == "ok"
    wrong = {**fifteen.environment(database), "DB_PASSWORD": "canary-4711"}
    (source,) = [check for check in checks(wrong) if check.name == "source"]
    assert source.status == "fail"
    assert "Check DB_USER and DB_PASSWORD" in source.advice
    assert "canary" not in str(source)


def test_the_doctor_without_a_source_and_without_programs() -> None:
    found = {check.name: check for check in checks({"DRILL_PG_BINDIR": "/nonexistent"})}
    assert found["client programs"].status == "fail"
    assert "Install the package" in found["client programs"].advice
    assert "demo" in found["source"].found
