"""A real server that archives into what a real Barman keeps: one backup, a witness, and WAL after it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.drill.running import Drill, drill_tui, run_drill
from tests.e2e.physical.repository import DATABASE, writing
from tests.servers import Server, _as_server_user, _server_account, binaries, start_cluster

READER = "nobody"
"""As root: an account that may read what Barman keeps, and write nothing of it."""
QUIET_ROWS = 300
CONFIG = """
[barman]
barman_home = {home}/barman
barman_user = {user}
log_file = {home}/barman.log
configuration_files_directory = {home}/conf.d
compression = gzip
pre_recovery_script = touch {home}/ran/before
post_recovery_script = touch {home}/ran/after
"""
SERVER = """
[main]
description = of the tests
conninfo = {address} dbname=postgres
streaming_conninfo = {address}
backup_method = postgres
archiver = on
immediate_checkpoint = true
path_prefix = {bin_dir}
wals_directory = {home}/barman/main/archived
"""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What Barman keeps of a server that is gone."""

    home: Path
    newest: str
    segments: tuple[str, ...]
    """Archived after the backup: with the witness's point, and one more."""
    waiting: str
    """Came behind them, and Barman has not archived it."""
    quiet_path: str
    """File of the table that nobody writes to, below the data directory."""

    @property
    def server(self) -> Path:
        return self.home / "barman" / "main"

    @property
    def data(self) -> Path:
        return self.server / "base" / self.newest / "data"

    @property
    def info(self) -> Path:
        """Where this Barman wrote the backup's `backup.info`."""
        new = self.server / "meta" / f"{self.newest}-backup.info"
        return new if new.exists() else self.data.parent / "backup.info"

    @property
    def first(self) -> str:
        """The segment in which the backup begins."""
        told = dict(line.split("=", 1) for line in self.info.read_text().splitlines())
        return told["begin_wal"]

    def segment(self, name: str) -> Path:
        return self.server / "archived" / name[:16] / name

    def drill(self, artifacts: Path, *params: str) -> Drill:
        given = [f"config={self.home}/barman.conf", f"account={READER}", *params]
        arguments = [part for text in given for part in ("--param", text)]
        env = {"DRILL_WITNESSES": str(self.home / "witnesses")}
        return run_drill(artifacts, "--runbook", "barman", *arguments, env=env)


def barman(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [*_as_server_user(), "barman", "-c", f"{home}/barman.conf", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C"},
    )
    if done.returncode:
        raise RuntimeError(f"barman {arguments}: {done.stdout}{done.stderr}")
    return done.stdout


def kept_by_barman(more: str = "") -> Kept:
    """`more` are lines of the server's section."""
    for name in ("barman", "rsync"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed here")
    home = Path(tempfile.mkdtemp(prefix="drill-barman-"))
    home.chmod(0o755)
    incoming = home / "barman" / "main" / "incoming"
    for folder in (incoming, home / "conf.d", home / "space"):
        folder.mkdir(parents=True)
    if os.getuid() == 0:
        account = _server_account()
        for path in (home, *home.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)
    settings = {
        "archive_mode": "on",
        "archive_command": f"test ! -f {incoming}/%f && cp %p {incoming}/%f",
        "max_wal_senders": "4",
    }
    (home / "ran").mkdir()
    (home / "ran").chmod(0o777)
    server = start_cluster(binaries(15), settings=settings)
    try:
        return _made(server, home, more)
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise
    finally:
        server.stop()


def _made(server: Server, home: Path, more: str) -> Kept:
    user = _server_account().pw_name if os.getuid() == 0 else Path.home().owner()
    address = f"host={server.host} port={server.port} user={server.user} password={server.password}"
    (home / "barman.conf").write_text(CONFIG.format(home=home, user=user))
    section = SERVER.format(address=address, bin_dir=server.bin_dir, home=home)
    (home / "conf.d" / "main.conf").write_text(section + more)
    quiet_path = _fill(server, home)
    subprocess.run(
        [*_as_server_user(), "barman", "-c", f"{home}/barman.conf", "check", "main"],
        capture_output=True,
        check=False,
        cwd="/",
    )
    _archive(server, home)
    with writing(server):
        barman(home, "backup", "main")
        newest = max(path.name for path in (home / "barman" / "main" / "base").glob("2*"))
        witnesses = str(home / "witnesses")
        taken = drill_tui("witness", "--output", witnesses, env=server.environment(DATABASE))
        assert taken.returncode == 0, taken.stderr
        segments = (_archive(server, home), _archive(server, home))
        waiting = _switched(server, home)
    kept = Kept(home=home, newest=newest, segments=segments, waiting=waiting, quiet_path=quiet_path)
    for path in kept.server.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    return kept


def _fill(server: Server, home: Path) -> str:
    server.create_database(DATABASE)
    fill = [str(server.bin_dir / "pgbench"), "-i", "-q", "-s", "1", "--foreign-keys", DATABASE]
    subprocess.run(fill, env=server.libpq(DATABASE), capture_output=True, check=True)
    server.sql(
        DATABASE,
        f"create tablespace far location '{home}/space'",
        "create table quiet (id int, note text)",
        f"insert into quiet select g, 'note ' || g from generate_series(1, {QUIET_ROWS}) g",
        "create table distant tablespace far as select g from generate_series(1, 100) g",
    )
    (path,) = server.sql(DATABASE, "select pg_relation_filepath('quiet')")[0]
    return str(path)


def _switched(server: Server, home: Path) -> str:
    """Fill the segment that is written now; its name, once it has come to Barman."""
    (name,) = server.sql("postgres", "select pg_walfile_name(pg_switch_wal())")[0]
    deadline = time.monotonic() + 60
    while not (home / "barman" / "main" / "incoming" / str(name)).exists():
        assert time.monotonic() < deadline, f"{name} did not come: {server.log.read_text()[-2000:]}"
        time.sleep(0.05)
    return str(name)


def _archive(server: Server, home: Path) -> str:
    name = _switched(server, home)
    barman(home, "archive-wal", "main")
    return name
