"""One store for all tests of this folder, and real dumps and backups to lay there."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.drill.running import SHOP, keep_backup
from tests.e2e.witness.dumping import witness
from tests.servers import binaries, start_cluster
from tests.stores import S3, s3_server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    with s3_server() as store:
        yield store


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that a drill made and kept."""
    folder = tmp_path_factory.mktemp("ours")
    (backup,) = (path for path in keep_backup(folder).iterdir() if path.is_dir())
    return backup


@pytest.fixture(scope="session")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A script that was dumped with a witness, and packed afterwards."""
    folder = tmp_path_factory.mktemp("witnessed")
    with start_cluster(binaries(18)) as server:
        server.create_database("shop")
        server.sql("shop", *SHOP)
        ran = witness(server, "--", server.bin_dir / "pg_dump", "-f", folder / "shop.sql", "shop")
        assert ran.returncode == 0, ran.stderr
    script = folder / "shop.sql"
    (folder / "shop.sql.gz").write_bytes(gzip.compress(script.read_bytes()))
    script.unlink()
    return folder


@pytest.fixture(scope="session")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another team's dumps: one of every format, and one of 12 MB that was made before them."""
    folder = tmp_path_factory.mktemp("dumps")
    large = "CREATE TABLE noise AS SELECT i, gen_random_uuid() AS id FROM generate_series(1, 300000) i"
    with start_cluster(binaries(18)) as server:
        server.create_database("large")
        server.sql("large", large)
        argv = (server.bin_dir / "pg_dump", "-Fc", "-Z0", "-f", folder / "large.dump")
        subprocess.run(argv, env=server.libpq("large"), check=True)
        script = (server.bin_dir / "pg_dump", "-f", folder / "large.sql")
        subprocess.run(script, env=server.libpq("large"), check=True)
        server.create_database("shop")
        server.sql("shop", *SHOP)
        for name, flag in (("dump", "-Fc"), ("dir", "-Fd"), ("tar", "-Ft"), ("sql", "-Fp")):
            made = (server.bin_dir / "pg_dump", flag, "-f", folder / f"theirs.{name}")
            subprocess.run(made, env=server.libpq("shop"), check=True)
    assert (folder / "large.dump").stat().st_size > 12_000_000
    return folder
