"""The servers of a fleet: one with the databases, one with the queue; each test has a queue of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.fleet.bucket import FAR, prefix
from tests.e2e.fleet.rig import QUEUE, Stage, fleet_of, start_again
from tests.servers import Server, binaries, start_cluster
from tests.stores import BUCKET, S3, Line, s3_server


@pytest.fixture(scope="session")
def sources() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


@pytest.fixture(scope="session")
def queues() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    with s3_server() as store:
        yield store


@pytest.fixture
def control(queues: Server) -> Iterator[Server]:
    """A test may stop it, and need not start it again."""
    if queues.process.poll() is not None:
        start_again(queues)
    queues.create_database(QUEUE)
    yield queues
    if queues.process.poll() is not None:
        start_again(queues)
    queues.drop_database(QUEUE)


@pytest.fixture
def two(tmp_path: Path, sources: Server, control: Server) -> Iterator[Stage]:
    """Two databases, whose drills start a target."""
    with fleet_of(tmp_path, sources, control, 2, lease="60s") as stage:
        yield stage


@pytest.fixture
def small(tmp_path: Path, sources: Server, control: Server) -> Iterator[Stage]:
    """Two databases, whose drills only look at them."""
    with fleet_of(tmp_path, sources, control, 2, lease="60s", target=False) as stage:
        yield stage


@pytest.fixture
def line(s3: S3) -> Iterator[Line]:
    with Line(s3.port) as line:
        yield line


@pytest.fixture
def in_bucket(small: Stage, s3: S3, line: Line) -> Stage:
    """Two databases, whose evidence lies below a prefix of this test's own."""
    file = small.folder / "fleet.toml"
    place = f'evidence = "s3://{BUCKET}/{prefix(small)}"'
    file.write_text(file.read_text().replace("[fleet]", f"[fleet]\n{place}"))
    small.variables |= s3.environment(line.port)
    far = small.folder / FAR
    for name in ("runbooks", "scripts"):
        shutil.copytree(small.folder / name, far / name)
    shutil.copy(file, far)
    return small
