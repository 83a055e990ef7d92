"""A witness that was taken from a standby: while rows are written, at one point for all databases."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.e2e.drill.running import ROOT, clean_environment, drill_tui, run_drill
from tests.servers import Server, _server_account, binaries, start_cluster
from tests.standby import standby_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("physical")]
DATABASES = ("shop", "stock")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A primary that archives, and the standby that follows it."""

    home: Path
    primary: Server
    standby: Server

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Transactions of one row each in both databases, until the block ends."""
        over = threading.Event()

        def write(database: str) -> None:
            with self.primary.connect(database) as connection:
                while not over.is_set():
                    connection.execute("insert into item (name) values ('while it was written')")

        writers = [threading.Thread(target=write, args=(name,)) for name in DATABASES]
        for writer in writers:
            writer.start()
        try:
            yield
        finally:
            over.set()
            for writer in writers:
                writer.join()

    def rows(self) -> int:
        return sum(int(self.primary.sql(name, "select count(*) from item")[0][0]) for name in DATABASES)

    def replays(self) -> bool:
        ((state,),) = self.standby.sql("postgres", "select pg_get_wal_replay_pause_state()")
        return bool(state == "not paused")


def until(so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    home = Path(tempfile.mkdtemp(prefix="drill-standby-"))
    home.chmod(0o755)
    (home / "wal").mkdir()
    if os.getuid() == 0:
        os.chown(home / "wal", _server_account().pw_uid, _server_account().pw_gid)
    settings = {
        "archive_mode": "on",
        "archive_command": f"test ! -f {home}/wal/%f && cp %p {home}/wal/%f",
        "max_wal_senders": "4",
    }
    try:
        with start_cluster(binaries(15), settings=settings) as primary:
            for name in DATABASES:
                primary.create_database(name)
                primary.sql(name, "create table item (id bigserial primary key, name text)")
                primary.sql(name, "insert into item (name) select 'item' from generate_series(1, 2000)")
            with standby_of(primary) as standby:
                yield Pair(home=home, primary=primary, standby=standby)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_a_backup_is_proven_at_the_point_where_the_standby_stood(pair: Pair, tmp_path: Path) -> None:
    backup = pair.home / "backups" / "base"
    program = [str(pair.primary.bin_dir / "pg_basebackup"), "-D", str(backup), "-c", "fast"]
    subprocess.run(program, env=pair.primary.libpq(), check=True, capture_output=True)
    witnesses = pair.home / "witnesses"
    before = pair.rows()
    with pair.writing():
        until(lambda: pair.rows() > before + 100, "rows are written")
        done = drill_tui("witness", "--output", str(witnesses), env=pair.standby.environment("shop"))
        assert done.returncode == 0, done.stderr
        after = pair.rows()
        until(lambda: pair.rows() > after + 100, "and go on being written")
    assert pair.replays()
    (witness,) = witnesses.glob("witness_*.json")
    found = json.loads(witness.read_text())
    assert found["way"] == "standby"
    assert len({one["lsn"] for one in found["databases"]}) == 1
    (last,) = pair.primary.sql("postgres", "select pg_walfile_name(pg_switch_wal())")[0]
    until(lambda: (pair.home / "wal" / last).exists(), "the last segment is archived")

    params = [f"backups={backup.parent}", f"wal={pair.home}/wal"]
    drill = run_drill(
        tmp_path / "artifacts",
        "--runbook",
        "basebackup",
        *[part for text in params for part in ("--param", text)],
        env={"DRILL_WITNESSES": str(witnesses)},
    )
    assert drill.code == 0, drill.story()
    assert drill.criterion("data_integrity")["result"] == "met"


def test_a_killed_witness_leaves_the_standby_replaying(pair: Pair, tmp_path: Path) -> None:
    with pair.standby.connect("postgres") as watching:
        process = subprocess.Popen(
            [sys.executable, "-m", "drill_tui", "witness", "--output", str(tmp_path)],
            cwd=ROOT,
            env=clean_environment(pair.standby.environment("shop")),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        killed_while_paused(process, watching)
    until(pair.replays, "the replay goes on")
    assert not list(tmp_path.glob("witness_*.json"))
    marker = pair.rows() + 1
    pair.primary.sql("shop", "insert into item (name) values ('after the kill')")
    until(
        lambda: (
            sum(int(pair.standby.sql(name, "select count(*) from item")[0][0]) for name in DATABASES)
            == marker
        ),
        "the standby follows again",
    )


def killed_while_paused(process: subprocess.Popen[bytes], watching: psycopg.Connection) -> None:
    state = "not paused"
    while state != "paused":
        assert process.poll() is None, "it was over before the pause was seen"
        ((state,),) = watching.execute("select pg_get_wal_replay_pause_state()").fetchall()
    process.send_signal(signal.SIGKILL)
    process.wait()
