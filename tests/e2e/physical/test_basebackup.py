"""Drills of what a real pg_basebackup made: an increment with its full backup, tar format, and damage."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import servers
from tests.e2e.drill.running import Drill, drill_tui, run_drill
from tests.e2e.physical.archiving import archive_now, archiving, base_backup, folder_of_server
from tests.e2e.physical.repository import fingerprint_of
from tests.servers import Server, _start, binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("physical")]
soak_only = pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="in `make soak` only")
DATABASE = "shop"
WRITES_AT_LOGIN = (
    "create table came (who text)",
    "create function note_login() returns event_trigger language plpgsql security definer"
    " set search_path = public as $$ begin insert into came values (session_user); delete from came; end $$",
    "create event trigger on_login on login execute function note_login()",
)
"""Nobody gets into a copy that is still recovering, unless its event triggers are off."""


@dataclass(frozen=True, kw_only=True)
class Made:
    home: Path

    def drill(self, artifacts: Path, *params: str) -> Drill:
        given = [f"backups={self.home}/backups", f"wal={self.home}/wal", *params]
        arguments = [part for text in given for part in ("--param", text)]
        env = {"DRILL_WITNESSES": str(self.home / "witnesses")}
        return run_drill(artifacts, "--runbook", "basebackup", *arguments, env=env)


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """PostgreSQL 18: a full backup, rows, an increment of it, one in tar format, a witness, more rows."""
    with archiving(18, summarize_wal="on") as (home, server):
        _fill(server, home)
        yield Made(home=home)


def _fill(server: Server, home: Path) -> None:
    server.create_database(DATABASE)
    rows = "insert into item select g, 'item ' || g from generate_series({}) g"
    space = folder_of_server(home / "space")
    server.sql(DATABASE, f"create tablespace far location '{space}'")
    table = "create table item (id int primary key, name text) tablespace far"
    server.sql(DATABASE, table, rows.format("1, 5000"), *WRITES_AT_LOGIN)
    base_backup(server, home / "backups" / "a_full", f"-T{space}={home}/backups/a_full_far")
    server.sql(DATABASE, rows.format("5001, 6000"), "update item set name = 'changed' where id < 100")
    base_backup(
        server,
        home / "backups" / "b_increment",
        f"--incremental={home}/backups/a_full/backup_manifest",
        f"-T{space}={home}/backups/b_increment_far",
    )
    base_backup(server, home / "tar" / "c_tar", "-Ft", "-z")
    done = drill_tui("witness", "--output", str(home / "witnesses"), env=server.environment(DATABASE))
    assert done.returncode == 0, done.stderr
    server.sql(DATABASE, "delete from item where id > 5990")
    archive_now(server, home)


def test_an_increment_is_combined_and_proven_to_the_row(made: Made, tmp_path: Path) -> None:
    before = fingerprint_of(made.home / "backups")
    drill = made.drill(tmp_path / "artifacts")
    assert drill.code == 0, drill.story()
    assert "b_increment (incremental, on a_full)" in drill.criterion("backup_found")["detail"]
    assert "6,000 rows" in drill.criterion("data_integrity")["detail"]
    assert fingerprint_of(made.home / "backups") == before


@soak_only
def test_tar_format_comes_back_too(made: Made, tmp_path: Path) -> None:
    drill = made.drill(tmp_path / "artifacts", f"backups={made.home}/tar")
    assert drill.code == 0, drill.story()
    assert "6,000 rows" in drill.criterion("data_integrity")["detail"]


def test_a_flipped_byte_in_the_full_backup_of_an_increment(made: Made, tmp_path: Path) -> None:
    """pg_combinebackup carries it through, and its result verifies: the inputs have to be verified."""
    (damaged,) = (made.home / "backups" / "a_full" / "base").glob("1/1259")
    whole = damaged.read_bytes()
    flipped = bytearray(whole)
    flipped[5000] ^= 0x10
    damaged.write_bytes(flipped)
    try:
        drill = made.drill(tmp_path / "artifacts", "profile=fast")
    finally:
        damaged.write_bytes(whole)
    assert drill.code == 1
    assert "pg_verifybackup found the backup damaged" in drill.criterion("restore_completes")["detail"]
    assert "base/1/1259" in drill.criterion("restore_completes")["detail"]


@soak_only
def test_checksums_switched_on_between_a_full_backup_and_its_increment(tmp_path: Path) -> None:
    """Combined, no page of the full backup has one: nobody could log in, and not a byte is lost."""
    home = Path(tempfile.mkdtemp(prefix="drill-basebackup-"))
    home.chmod(0o755)
    settings = {"summarize_wal": "on", "max_wal_senders": "4"}
    server = start_cluster(binaries(18), settings=settings, initdb=["--no-data-checksums"])
    try:
        server.sql("postgres", "create table t as select n from generate_series(1, 1000) n")
        base_backup(server, home / "backups" / "a_full")
        server.process.send_signal(signal.SIGINT)
        server.process.wait()
        enable = [str(server.bin_dir / "pg_checksums"), "--enable", "-D", str(server.data_dir)]
        subprocess.run(enable, check=True, capture_output=True)
        server = _start(
            server.bin_dir, server.home, server.data_dir, server.log, {**servers.SETTINGS, **settings}
        )
        server.sql("postgres", "update t set n = -n where n < 10")
        manifest = home / "backups" / "a_full" / "backup_manifest"
        base_backup(server, home / "backups" / "b_increment", f"--incremental={manifest}")
    finally:
        server.stop()
    drill = Made(home=home).drill(tmp_path / "artifacts", "wal=", "witness=none")
    shutil.rmtree(home)
    assert drill.code == 6, drill.story()
    assert "Take a new full backup." in drill.criterion("restore_completes")["coverage"]
    assert {
        drill.criterion(name)["result"] for name in ("restore_completes", "point_reached", "indexes")
    } == {"met"}
