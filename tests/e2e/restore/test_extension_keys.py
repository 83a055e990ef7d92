"""Tables of an extension that refer to each other: their rows are loaded in the archive's order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.restored_database import Restored, back_up_and_restore, shortfalls
from tests.servers import Server, binaries, start_cluster

pytestmark = pytest.mark.e2e
SCRIPT = """
CREATE TABLE queue (id int PRIMARY KEY, name text);
CREATE TABLE reader (queue int REFERENCES queue, name text);
SELECT pg_catalog.pg_extension_config_dump('queue', '');
SELECT pg_catalog.pg_extension_config_dump('reader', '');
"""
FILLED = (
    "CREATE EXTENSION queues",
    "INSERT INTO queue SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 50000) n",
    "INSERT INTO reader VALUES (50000, 'late')",
    "CREATE TABLE own (id int PRIMARY KEY)",
    "INSERT INTO own SELECT generate_series(1, 100)",
)


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """PostgreSQL 18, the first to look for extensions elsewhere than in its own installation."""
    home = Path(tempfile.mkdtemp(prefix="drill-extension-"))
    folder = home / "extension"
    folder.mkdir()
    home.chmod(0o755)
    (folder / "queues.control").write_text("default_version = '1'\nrelocatable = true\n")
    (folder / "queues--1.sql").write_text(SCRIPT)
    settings = {"extension_control_path": f"$system:{home}"}
    try:
        with (
            start_cluster(binaries(18), settings=settings) as source,
            start_cluster(binaries(18), settings=settings) as target,
        ):
            yield source, target
    finally:
        shutil.rmtree(home)


def test_several_jobs_restore_them(servers: tuple[Server, Server], tmp_path: Path) -> None:
    """`queue` is still being loaded when the second job comes to `reader`."""
    source, target = servers
    source.create_database("queued")
    source.sql("queued", *FILLED)
    backup = back_up_and_restore(source, "queued", target, "copy", tmp_path)
    assert shortfalls(Restored(source, target, backup, tmp_path / "artifacts").verify("copy")) == {}
