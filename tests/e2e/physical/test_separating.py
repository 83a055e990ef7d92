"""A witness by any snapshot, on a server without logical WAL: its position is found in the archive."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.drill.running import Drill, drill_tui, run_drill
from tests.servers import Server, _server_account, binaries, start_cluster

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

    def has_more_rows_than(self, rows: int) -> bool:
        return self.rows() > rows

    def witnesses(self) -> list[Path]:
        return list((self.home / "witnesses").glob("witness_*.json"))

    def archive(self) -> None:
        (last,) = self.server.sql("postgres", "select pg_walfile_name(pg_switch_wal())")[0]
        until(lambda: (self.home / "wal" / last).exists(), "the last segment is archived")

    def drill(self, witness: Path, artifacts: Path) -> Drill:
        params = [f"backups={self.home}/backups", f"wal={self.home}/wal", f"witness={witness}"]
        return run_drill(
            artifacts, "--runbook", "basebackup", *[part for text in params for part in ("--param", text)]
        )

    @contextmanager
    def writing(self) -> Iterator[None]:
        over = threading.Event()

        def write() -> None:
            with self.server.connect(DATABASE) as connection:
                while not over.is_set():
                    connection.execute("insert into item (name) values ('while it was written')")

        writers = [threading.Thread(target=write) for _ in range(3)]
        for writer in writers:
            writer.start()
        try:
            yield
        finally:
            over.set()
            for writer in writers:
                writer.join()


def until(so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def archived() -> Iterator[Archived]:
    home = Path(tempfile.mkdtemp(prefix="drill-snapshot-"))
    home.chmod(0o755)
    (home / "wal").mkdir()
    if os.getuid() == 0:
        os.chown(home / "wal", _server_account().pw_uid, _server_account().pw_gid)
    settings = {
        "wal_level": "replica",
        "archive_mode": "on",
        "archive_command": f"test ! -f {home}/wal/%f && cp %p {home}/wal/%f",
        "max_wal_senders": "4",
        "max_prepared_transactions": "2",
        "synchronous_commit": "on",
    }
    try:
        with start_cluster(binaries(15), settings=settings) as server:
            server.create_database(DATABASE)
            server.sql(DATABASE, "create table item (id bigserial primary key, name text)")
            server.sql(DATABASE, "insert into item (name) select 'item' from generate_series(1, 2000)")
            program = [str(server.bin_dir / "pg_basebackup"), "-D", str(home / "backups/base"), "-c", "fast"]
            subprocess.run(program, env=server.libpq(), check=True, capture_output=True)
            yield Archived(home=home, server=server)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_under_load_what_is_judged_is_right(archived: Archived, tmp_path: Path) -> None:
    """Nearly every snapshot has a position; one that has none is never called a fault of the backup."""
    results = []
    for number in range(3):
        with archived.writing():
            some = archived.rows() + 50
            until(partial(archived.has_more_rows_than, some), "rows are written")
            witness = archived.witness()
        archived.archive()
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
    archived.archive()
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
    until(lambda: server.sql("postgres", "show synchronous_standby_names") == [("nobody",)], "it is set")

    def write() -> None:
        with server.connect(DATABASE) as connection:
            connection.execute("insert into item (name) values ('waits for a standby')")

    waiting = threading.Thread(target=write)
    waiting.start()
    try:
        until(
            lambda: server.sql("postgres", "select 1 from pg_stat_activity where wait_event = 'SyncRep'"),
            "the commit waits",
        )
        witness = archived.witness()
    finally:
        server.sql("postgres", "alter system reset synchronous_standby_names", "select pg_reload_conf()")
        waiting.join()
    archived.archive()
    drill = archived.drill(witness, tmp_path)
    assert drill.code == 6, drill.story()
    assert "which it did not see, is in the WAL before it" in drill.criterion("data_integrity")["detail"]
