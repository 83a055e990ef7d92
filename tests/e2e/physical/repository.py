"""A real server that archives into a real pgBackRest repository, and pgbench that writes all the time."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.servers import Server, _as_server_user, _server_account, binaries, start_cluster

STANZA = "main"
DATABASE = "shop"
SEGMENT_TIMEOUT_S = 60.0


@dataclass(slots=True, kw_only=True)
class Archived:
    """The server, its repository, and the configuration file that names both."""

    server: Server
    home: Path
    config: Path

    @property
    def repo(self) -> Path:
        return self.home / "repo"

    def pgbackrest(self, *arguments: str) -> str:
        done = subprocess.run(
            [*_as_server_user(), "pgbackrest", f"--config={self.config}", f"--stanza={STANZA}", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": os.environ["PATH"], "PGPASSWORD": self.server.password, "LC_ALL": "C"},
        )
        if done.returncode:
            raise RuntimeError(f"pgbackrest {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def backup(self, kind: str = "full") -> str:
        """Make a backup; its label."""
        self.pgbackrest(f"--type={kind}", "backup")
        sets = (self.repo / "backup" / STANZA).glob("2*")
        return max(path.name for path in sets if path.is_dir())

    def archive_now(self) -> str:
        """Fill and archive the segment that is written now; its name."""
        (name,) = self.server.sql("postgres", "select pg_walfile_name(pg_switch_wal())")[0]
        self.wait_archived(name)
        return str(name)

    def wait_archived(self, name: str) -> None:
        deadline = time.monotonic() + SEGMENT_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.segment(name) is not None:
                return
            time.sleep(0.05)
        raise RuntimeError(f"{name} was not archived: {self.server.log.read_text(errors='replace')[-2000:]}")

    def segment(self, name: str) -> Path | None:
        return next((self.repo / "archive" / STANZA).glob(f"*/*/{name}-*"), None)

    def load(self, clients: int = 2) -> AbstractContextManager[None]:
        return writing(self.server, clients)

    def stop(self) -> None:
        self.server.stop()
        shutil.rmtree(self.home, ignore_errors=True)


@contextmanager
def writing(server: Server, clients: int = 2) -> Iterator[None]:
    """pgbench writes until the block ends."""
    program = [str(server.bin_dir / "pgbench"), "-n", "-c", str(clients), "-T", "3600", "-R", "200", DATABASE]
    process = subprocess.Popen(
        program, env=server.libpq(DATABASE), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def fingerprint_of(folder: Path) -> dict[str, str]:
    """Every file below it by its content, mode and owner."""
    found = {}
    for path in sorted(folder.rglob("*")):
        stat = path.lstat()
        content = "" if not path.is_file() else hashlib.sha256(path.read_bytes()).hexdigest()
        where = str(path.readlink()) if path.is_symlink() else ""
        found[str(path.relative_to(folder))] = f"{stat.st_mode:o} {stat.st_uid} {content} {where}"
    return found


def archived_server(major: int = 15) -> Archived:
    """A new cluster with a stanza and nothing in it but pgbench's tables and a second database."""
    if shutil.which("pgbackrest") is None:
        pytest.skip("pgbackrest is not installed here")
    home = Path(tempfile.mkdtemp(prefix="drill-pgbackrest-"))
    for name in ("repo", "log", "lock", "spool"):
        (home / name).mkdir(mode=0o750)
    config = home / "pgbackrest.conf"
    config.touch()
    if os.getuid() == 0:
        account = _server_account()
        for path in (home, *home.iterdir()):
            os.chown(path, account.pw_uid, account.pw_gid)
    push = f"pgbackrest --config={config} --stanza={STANZA} archive-push %p"
    server = start_cluster(
        binaries(major), settings={"archive_mode": "on", "archive_command": push, "max_wal_senders": "4"}
    )
    config.write_text(
        f"[global]\nrepo1-path={home}/repo\nlog-path={home}/log\nlock-path={home}/lock\nspool-path={home}/spool\n"
        "start-fast=y\nprocess-max=2\nlog-level-console=warn\ncompress-level=1\njob-retry=0\n"
        f"[{STANZA}]\npg1-path={server.data_dir}\npg1-port={server.port}\npg1-socket-path={server.home}\n"
        f"pg1-user={server.user}\n"
    )
    found = Archived(server=server, home=home, config=config)
    try:
        server.create_database(DATABASE)
        fill = [str(server.bin_dir / "pgbench"), "-i", "-q", "-s", "1", "--foreign-keys", DATABASE]
        subprocess.run(fill, env=server.libpq(DATABASE), capture_output=True, check=True)
        server.sql(
            DATABASE,
            "create unlogged table scratch (id serial, note text)",
            "insert into scratch values (1, 'x')",
        )
        found.pgbackrest("stanza-create")
    except BaseException:
        found.stop()
        raise
    return found
