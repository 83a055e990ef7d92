"""A witness that was taken from a standby: while rows are written, at one point for all databases."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.e2e.drill.running import ROOT, clean_environment, drill_tui, run_drill, wait_until
from tests.e2e.physical.archiving import archive_now, archiving, base_backup, writing
from tests.servers import Server
from tests.standby import standby_of

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("physical")]
DATABASES = ("shop", "stock")
RESUMES_WITHIN_S = 60


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A primary that archives, and the standby that follows it."""

    home: Path
    primary: Server
    standby: Server

    def rows(self) -> int:
        return sum(int(self.primary.sql(name, "select count(*) from item")[0][0]) for name in DATABASES)

    def replays(self) -> bool:
        ((state,),) = self.standby.sql("postgres", "select pg_get_wal_replay_pause_state()")
        return bool(state == "not paused")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with archiving() as (home, primary):
        for name in DATABASES:
            primary.create_database(name)
            primary.sql(name, "create table item (id bigserial primary key, name text)")
            primary.sql(name, "insert into item (name) select 'item' from generate_series(1, 2000)")
        with standby_of(primary) as standby:
            yield Pair(home=home, primary=primary, standby=standby)


def test_a_backup_is_proven_at_the_point_where_the_standby_stood(pair: Pair, tmp_path: Path) -> None:
    backup = pair.home / "backups" / "base"
    base_backup(pair.primary, backup)
    witnesses = pair.home / "witnesses"
    before = pair.rows()
    with writing(pair.primary, *DATABASES):
        wait_until(lambda: pair.rows() > before + 100, "rows to be written")
        done = drill_tui("witness", "--output", str(witnesses), env=pair.standby.environment("shop"))
        assert done.returncode == 0, done.stderr
        after = pair.rows()
        wait_until(lambda: pair.rows() > after + 100, "more rows to be written")
    assert pair.replays()
    (witness,) = witnesses.glob("witness_*.json")
    found = json.loads(witness.read_text())
    assert found["way"] == "standby"
    assert len({one["lsn"] for one in found["databases"]}) == 1
    archive_now(pair.primary, pair.home)

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
    wait_until(pair.replays, "the replay to go on", RESUMES_WITHIN_S)
    assert not list(tmp_path.glob("witness_*.json"))
    marker = pair.rows() + 1
    pair.primary.sql("shop", "insert into item (name) values ('after the kill')")
    wait_until(
        lambda: (
            sum(int(pair.standby.sql(name, "select count(*) from item")[0][0]) for name in DATABASES)
            == marker
        ),
        "the standby to follow again",
        RESUMES_WITHIN_S,
    )


def killed_while_paused(process: subprocess.Popen[bytes], watching: psycopg.Connection) -> None:
    state = "not paused"
    while state != "paused":
        assert process.poll() is None, "it was over before the pause was seen"
        ((state,),) = watching.execute("select pg_get_wal_replay_pause_state()").fetchall()
    process.send_signal(signal.SIGKILL)
    process.wait()
