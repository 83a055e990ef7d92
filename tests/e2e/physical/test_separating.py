"""A witness by any snapshot, on a server without logical WAL: its position is found in the archive."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.drill.running import Drill, drill_tui, run_drill, wait_until
from tests.e2e.physical.archiving import archive_now, archiving, base_backup, writing
from tests.servers import Server

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("physical")]
DATABASE = "shop"


@dataclass(frozen=True, kw_only=True)
class Archived:
    """A server that archives, and a base backup of it."""

    home: Path
    server: Server

    def witness(self) -> Path:
        before = set(self.witnesses())
        done = drill_tui(
            "witness",
            "--output",
            str(self.home / "witnesses"),
            "--database",
            DATABASE,
            env=self.server.environment(DATABASE),
        )
        assert done.returncode == 0, done.stderr
        (path,) = set(self.witnesses()) - before
        assert json.loads(path.read_text())["way"] == "snapshot"
        return path

    def rows(self) -> int:
        return int(self.server.sql(DATABASE, "select count(*) from item")[0][0])

    def wait_for_more_rows(self, more: int) -> None:
        before = self.rows()
        wait_until(lambda: self.rows() > before + more, "rows to be written")

    def witnesses(self) -> list[Path]:
        return list((self.home / "witnesses").glob("witness_*.json"))

    def drill(self, witness: Path, artifacts: Path) -> Drill:
        params = [f"backups={self.home}/backups", f"wal={self.home}/wal", f"witness={witness}"]
        return run_drill(
            artifacts, "--runbook", "basebackup", *[part for text in params for part in ("--param", text)]
        )


@pytest.fixture(scope="module")
def archived() -> Iterator[Archived]:
    settings = {"wal_level": "replica", "max_prepared_transactions": "2", "synchronous_commit": "on"}
    with archiving(**settings) as (home, server):
        server.create_database(DATABASE)
        server.sql(DATABASE, "create table item (id bigserial primary key, name text)")
        server.sql(DATABASE, "insert into item (name) select 'item' from generate_series(1, 2000)")
        base_backup(server, home / "backups/base")
        yield Archived(home=home, server=server)


def test_under_load_what_is_judged_is_right(archived: Archived, tmp_path: Path) -> None:
    """Nearly every snapshot has a position; one that has none is never called a fault of the backup."""
    results = []
    for number in range(3):
        with writing(archived.server, DATABASE, DATABASE, DATABASE):
            archived.wait_for_more_rows(50)
            witness = archived.witness()
        archive_now(archived.server, archived.home)
        drill = archived.drill(witness, tmp_path / str(number))
        criterion = drill.criterion("data_integrity")
        results.append(criterion["result"])
        assert drill.code in (0, 6), drill.story()
        assert criterion["result"] == "met" or "take another one" in criterion["detail"]
    assert "met" in results


def test_transactions_that_were_open_are_not_in_it(archived: Archived, tmp_path: Path) -> None:
    with archived.server.connect(DATABASE, autocommit=False) as open_one:
        open_one.execute("update item set name = 'changed later' where id <= 100")
        with archived.server.connect(DATABASE, autocommit=False) as prepared:
            prepared.execute("delete from item where id between 200 and 300")
            prepared.execute("prepare transaction 'later'")
            prepared.commit()
        archived.server.sql(DATABASE, "insert into item (name) values ('begun later, seen')")
        witness = archived.witness()
        open_one.commit()
    archived.server.sql(DATABASE, "commit prepared 'later'")
    archive_now(archived.server, archived.home)
    (found,) = json.loads(witness.read_text())["databases"]
    assert len(found["snapshot"]["in_progress"]) == 2
    drill = archived.drill(witness, tmp_path)
    assert drill.code == 0, drill.story()
    log = next(drill.run_dir.glob("logs/*-compare.log")).read_text()
    assert "the witness saw what was committed before" in log


def test_a_commit_that_waits_for_a_standby_is_in_the_wal_and_not_in_the_snapshot(
    archived: Archived, tmp_path: Path
) -> None:
    server = archived.server
    server.sql("postgres", "alter system set synchronous_standby_names = 'nobody'", "select pg_reload_conf()")
    wait_until(
        lambda: server.sql("postgres", "show synchronous_standby_names") == [("nobody",)], "the setting"
    )

    def write() -> None:
        with server.connect(DATABASE) as connection:
            connection.execute("insert into item (name) values ('waits for a standby')")

    waiting = threading.Thread(target=write)
    waiting.start()
    try:
        waits = "select 1 from pg_stat_activity where wait_event = 'SyncRep'"
        wait_until(lambda: server.sql("postgres", waits) != [], "the commit to wait")
        witness = archived.witness()
    finally:
        server.sql("postgres", "alter system reset synchronous_standby_names", "select pg_reload_conf()")
        waiting.join()
    archive_now(archived.server, archived.home)
    drill = archived.drill(witness, tmp_path)
    assert drill.code == 6, drill.story()
    assert "which it did not see, is in the WAL before it" in drill.criterion("data_integrity")["detail"]
