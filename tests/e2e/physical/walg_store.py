"""A store in WAL-G's layout, made from what a real pg_basebackup and a real archive left.

basebackups_005/base_SEGMENT_backup_stop_sentinel.json
basebackups_005/base_SEGMENT/metadata.json, tar_partitions/part_001.tar.lz4, pg_control.tar.lz4
wal_005/SEGMENT.lz4
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.drill.running import Drill, drill_tui, run_drill
from tests.e2e.physical.archiving import archive_now, archiving, base_backup, folder_of_server
from tests.servers import Server

DATABASE = "shop"
QUIET_ROWS = 300
STAND_IN = Path(__file__).with_name("wal_g_stand_in")


@dataclass(frozen=True, kw_only=True)
class Store:
    """What lies in the store of a server that is gone."""

    home: Path
    older: str
    newest: str
    began_in: str
    """The segment in which the newest backup begins."""
    last: str
    """The last archived segment, behind the witness's point."""
    quiet_path: str

    @property
    def root(self) -> Path:
        return self.home / "store"

    def parts(self, name: str) -> Path:
        return self.root / "basebackups_005" / name / "tar_partitions"

    def segment(self, name: str) -> Path:
        return self.root / "wal_005" / f"{name}.lz4"

    def drill(self, artifacts: Path, *params: str) -> Drill:
        given = [f"config={self.root}", *params]
        arguments = [part for text in given for part in ("--param", text)]
        env = {
            "DRILL_WITNESSES": str(self.home / "witnesses"),
            "PATH": f"{self.home}/bin:{os.environ['PATH']}",
        }
        return run_drill(artifacts, "--runbook", "walg", *arguments, env=env)


def filled_store() -> Store:
    if shutil.which("lz4") is None:
        pytest.skip("lz4 is not installed here")
    home = Path(tempfile.mkdtemp(prefix="drill-walg-"))
    home.chmod(0o755)
    (home / "bin").mkdir()
    shutil.copy(STAND_IN, home / "bin" / "wal-g")
    try:
        with archiving() as (archive, server):
            quiet_path = _fill(server, archive)
            older = _backup(server, archive, home)
            server.sql(DATABASE, "insert into item select g, 'more' from generate_series(5001, 5500) g")
            newest = _backup(server, archive, home)
            taken = drill_tui(
                "witness", "--output", str(home / "witnesses"), env=server.environment(DATABASE)
            )
            assert taken.returncode == 0, taken.stderr
            server.sql(DATABASE, "delete from item where id > 5400")
            archive_now(server, archive)
            names = sorted(path.name for path in (archive / "wal").glob("?" * 24))
            (home / "store" / "wal_005").mkdir()
            for name in names:
                content = (archive / "wal" / name).read_bytes()
                _pack(content, home / "store" / "wal_005" / f"{name}.lz4")
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise
    return Store(
        home=home,
        older=older,
        newest=newest,
        began_in=newest.removeprefix("base_"),
        last=names[-1],
        quiet_path=quiet_path,
    )


def _fill(server: Server, home: Path) -> str:
    space = folder_of_server(home / "space")
    server.create_database(DATABASE)
    server.sql(
        DATABASE,
        f"create tablespace far location '{space}'",
        "create table item (id int primary key, name text) tablespace far",
        "insert into item select g, 'item ' || g from generate_series(1, 5000) g",
        "create table quiet (id int, note text)",
        f"insert into quiet select g, 'note ' || g from generate_series(1, {QUIET_ROWS}) g",
    )
    (path,) = server.sql(DATABASE, "select pg_relation_filepath('quiet')")[0]
    return str(path)


def _backup(server: Server, archive: Path, home: Path) -> str:
    """One backup, laid down as WAL-G does; its name."""
    taken = home / "taken"
    base_backup(server, taken, "-Ft", "-X", "none")
    with tarfile.open(taken / "base.tar") as base:
        label = _member(base, "backup_label").decode()
        control = _member(base, "global/pg_control")
        size = sum(member.size for member in base)
    began = re.search(r"START WAL LOCATION: (\S+) \(file ([0-9A-F]{24})\)", label)
    ended = re.search(r'"End-LSN": "(\S+)"', (taken / "backup_manifest").read_text())
    assert began is not None
    assert ended is not None
    name = f"base_{began[2]}"
    parts = home / "store" / "basebackups_005" / name / "tar_partitions"
    parts.mkdir(parents=True)
    spaces = sorted(path.stem for path in taken.glob("[0-9]*.tar"))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as out:
        _copy(taken / "base.tar", out, lambda name: name != "global/pg_control", "")
        for space in spaces:
            _copy(taken / f"{space}.tar", out, lambda _: True, f"pg_tblspc/{space}/")
    _pack(packed.getvalue(), parts / "part_001.tar.lz4")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as out:
        member = tarfile.TarInfo("global/pg_control")
        member.size, member.mode = len(control), 0o600
        out.addfile(member, io.BytesIO(control))
    _pack(packed.getvalue(), parts / "pg_control.tar.lz4")
    shutil.rmtree(taken)
    _describe(server, home, name, _number(began[1]), _number(ended[1]), size, spaces)
    return name


def _describe(
    server: Server, home: Path, name: str, start: int, end: int, size: int, spaces: list[str]
) -> None:
    (system,) = server.sql("postgres", "select system_identifier from pg_control_system()")[0]
    (version,) = server.sql("postgres", "select current_setting('server_version_num')::int")[0]
    (now,) = server.sql(
        "postgres", """select to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    )[0]
    metadata = {
        "start_time": now,
        "finish_time": now,
        "date_fmt": "%Y-%m-%dT%H:%M:%S.%fZ",
        "hostname": "db1",
        "data_dir": str(server.data_dir),
        "pg_version": version,
        "start_lsn": start,
        "finish_lsn": end,
        "is_permanent": False,
        "system_identifier": int(system),
        "uncompressed_size": size,
        "compressed_size": size // 3,
    }
    bases = home / "store" / "basebackups_005"
    (bases / name / "metadata.json").write_text(json.dumps(metadata))
    spec = {
        "base_prefix": str(server.data_dir),
        "tablespaces": spaces,
        **{
            space: {"loc": str(home / "production" / space), "link": f"pg_tblspc/{space}"} for space in spaces
        },
    }
    sentinel = {
        "LSN": start,
        "PgVersion": version,
        "FinishLSN": end,
        "SystemIdentifier": int(system),
        "Spec": spec,
    }
    (bases / f"{name}_backup_stop_sentinel.json").write_text(json.dumps(sentinel))


def _number(lsn: str) -> int:
    high, low = lsn.split("/")
    return int(high, 16) << 32 | int(low, 16)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    found = archive.extractfile(name)
    assert found is not None
    return found.read()


def _copy(path: Path, out: tarfile.TarFile, wanted: Callable[[str], bool], prefix: str) -> None:
    """WAL-G packs no link of a tablespace, and its files below the link's own name."""
    with tarfile.open(path) as archive:
        for member in archive:
            inside = member.name.removeprefix("./")
            if not wanted(inside) or member.issym() or inside in ("", "."):
                continue
            content = archive.extractfile(member) if member.isreg() else None
            member.name = prefix + inside
            out.addfile(member, content)


def _pack(content: bytes, place: Path) -> None:
    with place.open("wb") as packed:
        subprocess.run(["lz4", "-q", "-c"], input=content, stdout=packed, check=True)


def repack(path: Path, change: Callable[[bytearray], None]) -> None:
    """Change what is inside of a packed file; it still unpacks."""
    content = bytearray(
        subprocess.run(["lz4", "-d", "-c", str(path)], capture_output=True, check=True).stdout
    )
    change(content)
    _pack(bytes(content), path)
