"""One archived server for all tests of this folder: two backups, writes all along, a witness, more WAL."""

from __future__ import annotations

import gzip
import os
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.drill.running import Drill, drill_tui, run_drill
from tests.e2e.physical.repository import DATABASE, STANZA, Archived, archived_server

QUIET_TABLE = "quiet"


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A repository as it was left; the server that filled it is gone."""

    home: Path
    first: str
    """Label of the older backup."""
    newest: str
    segments: tuple[str, ...]
    """Archived after the newest backup: with the witness's point, and two more."""
    quiet_path: str
    """File of the table that nobody writes to, below the data directory."""
    in_between: str
    """A time after the witness, before the last segment was filled."""
    push: str
    """The archive_command that came with the copied configuration."""

    @property
    def repo(self) -> Path:
        return self.home / "repo"

    @property
    def witnesses(self) -> Path:
        return self.home / "witnesses"

    def copied(self) -> Situation:
        """The same, free to be damaged."""
        home = Path(tempfile.mkdtemp(prefix="drill-repo-"))
        home.chmod(0o755)
        shutil.copytree(self.home, home, symlinks=True, dirs_exist_ok=True)
        for path in (home, *home.rglob("*")):
            was = (self.home / path.relative_to(home)).lstat()
            os.chown(path, was.st_uid, was.st_gid, follow_symlinks=False)
        config = home / "pgbackrest.conf"
        config.write_text(config.read_text().replace(str(self.home), str(home)))
        return Situation(
            home=home,
            first=self.first,
            newest=self.newest,
            segments=self.segments,
            quiet_path=self.quiet_path,
            in_between=self.in_between,
            push=self.push.replace(str(self.home), str(home)),
        )

    def segment(self, name: str) -> Path:
        (found,) = (self.repo / "archive" / STANZA).glob(f"*/*/{name}-*")
        return found

    def in_set(self, label: str, pattern: str) -> Path:
        """A file of a backup set."""
        (found,) = (self.repo / "backup" / STANZA / label).rglob(pattern)
        return found

    def drill(self, artifacts: Path, *arguments: str, path: Path | None = None) -> Drill:
        env = {"DRILL_WITNESSES": str(self.witnesses)}
        if path is not None:
            env["PATH"] = f"{path}:{os.environ['PATH']}"
        config = f"config={self.home}/pgbackrest.conf"
        return run_drill(artifacts, "--runbook", "pgbackrest", "--param", config, *arguments, env=env)


@pytest.fixture(scope="package")
def situation() -> Iterator[Situation]:
    archived = archived_server()
    try:
        yield _made(archived)
    finally:
        archived.stop()


@pytest.fixture
def damaged(situation: Situation) -> Iterator[Situation]:
    copy = situation.copied()
    yield copy
    shutil.rmtree(copy.home, ignore_errors=True)


def _made(archived: Archived) -> Situation:
    server = archived.server
    server.sql(DATABASE, f"create table {QUIET_TABLE} (id int, note text)")
    server.sql(DATABASE, f"insert into {QUIET_TABLE} select g, 'note ' || g from generate_series(1, 300) g")
    (quiet_path,) = server.sql(DATABASE, f"select pg_relation_filepath('{QUIET_TABLE}')")[0]
    (push,) = server.sql(DATABASE, "show archive_command")[0]
    server.sql(DATABASE, "alter system set archive_mode = on")
    own = push.replace(" archive-push", " --pg1-path=/proc/self/cwd archive-push")
    server.sql(DATABASE, f"alter system set archive_command = '{own}'")
    with archived.load():
        first = archived.backup()
        newest = archived.backup()
        taken = drill_tui(
            "witness", "--output", str(archived.home / "witnesses"), env=server.environment(DATABASE)
        )
        assert taken.returncode == 0, taken.stderr
        segments = [archived.archive_now(), archived.archive_now()]
        (in_between,) = server.sql(DATABASE, "select now()::text")[0]
        segments.append(archived.archive_now())
    server.process.terminate()
    server.process.wait()
    return Situation(
        home=archived.home,
        first=first,
        newest=newest,
        segments=tuple(segments),
        quiet_path=quiet_path,
        in_between=in_between,
        push=own,
    )


def flip_byte(path: Path) -> None:
    """One bit of a gzip file, as a disk does it, where it matters.

    In a run of equal bytes a flipped distance unpacks to the same content, which is no damage.
    """
    whole = path.read_bytes()
    for position in range(len(whole) // 2, len(whole)):
        flipped = bytearray(whole)
        flipped[position] ^= 0x10
        try:
            same = gzip.decompress(bytes(flipped)) == gzip.decompress(whole)
        except (OSError, EOFError, zlib.error):
            same = False
        if not same:
            path.write_bytes(flipped)
            return
    raise AssertionError(f"no bit of {path} matters")


def meddler(folder: Path, script: str) -> Path:
    """A folder for PATH whose `pgbackrest` meddles with what the real one restored, as `$data`."""
    folder.mkdir()
    real = shutil.which("pgbackrest")
    program = folder / "pgbackrest"
    program.write_text(
        "#!/bin/sh\n"
        f'{real} "$@" || exit $?\n'
        "for word; do\n"
        '  case "$word" in --pg1-path=*) data=${word#--pg1-path=} ;; restore) restored=1 ;; esac\n'
        "done\n"
        f'[ -z "$restored" ] || {{ {script}; }}\n'
    )
    program.chmod(0o755)
    for parent in (folder, *folder.parents):
        mode = stat.S_IMODE(parent.stat().st_mode)
        if parent.owner() == "root" and not mode & 0o001:
            parent.chmod(mode | 0o011)
        if parent == Path(tempfile.gettempdir()):
            break
    return folder
