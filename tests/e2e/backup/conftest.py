"""Real servers of two majors for the tests of backups, and running the script as a person does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from drill_tui.postgres.archive.manifest import Manifest
from tests import servers

PROJECT = Path(__file__).resolve().parents[3]
SCRIPT = str(PROJECT / "scripts" / "backup.sh")


@dataclass(frozen=True)
class Ran:
    """A finished backup.sh."""

    code: int
    stdout: str
    stderr: str
    output: Path

    @property
    def folder(self) -> Path:
        (folder,) = self.output.iterdir()
        return folder

    @property
    def manifest(self) -> Manifest:
        return Manifest.model_validate_json((self.folder / "manifest.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def fifteen() -> Iterator[servers.Server]:
    server = servers.start_cluster(servers.binaries(15))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def eighteen() -> Iterator[servers.Server]:
    server = servers.start_cluster(servers.binaries(18))
    yield server
    server.stop()


@pytest.fixture
def database(fifteen: servers.Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test's own on PostgreSQL 15."""
    name = str(request.node.name)[:50]
    fifteen.drop_database(name)
    fifteen.create_database(name)
    yield name
    fifteen.drop_database(name)


BackUp = Callable[..., Ran]


@pytest.fixture
def back_up(tmp_path: Path) -> BackUp:
    """Run backup.sh; its working directory is not the project's."""

    def run(environment: Mapping[str, str], *arguments: str, prefix: str = "") -> Ran:
        output = tmp_path / "backups"
        argv = [SCRIPT, "--output", str(output), "--jobs", "2", *arguments]
        if prefix:
            argv = ["bash", "-c", f'{prefix}; exec "$@"', "bash", *argv]
        done = subprocess.run(
            argv,
            env=dict(environment),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr, output)

    return run


def restore_by_hand(ran: Ran, target: servers.Server, name: str) -> None:
    """The roles and the dump, with PostgreSQL's own programs and nothing of ours."""
    target.drop_database(name)
    target.create_database(name, "template template0")
    psql = [str(target.bin_dir / "psql"), "-XqAt", "-f", str(ran.folder / "globals.sql")]
    subprocess.run(psql, env=target.libpq(), check=True, capture_output=True)
    restore = [str(target.bin_dir / "pg_restore"), "-j2", "-d", name, str(ran.folder / "dump")]
    done = subprocess.run(restore, env=target.libpq(name), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def child_pids(pid: int) -> list[int]:
    """The process and its descendants that live now."""
    found = [pid]
    for known in found:
        for task in Path(f"/proc/{known}/task").glob("*/children"):
            found.extend(int(child) for child in task.read_text().split())
    return found


def argv_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
