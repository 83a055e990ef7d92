"""The servers of a fleet: one with the databases, one with the queue; each test has a queue of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.fleet.rig import QUEUE, Stage, fleet_of, start_again
from tests.servers import Server, binaries, start_cluster
from tests.stores import S3, s3_server


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
