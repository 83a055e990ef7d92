"""The servers of a fleet: one with the databases, one with the queue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.fleet.rig import Stage, fleet_of
from tests.servers import Server, binaries, start_cluster


@pytest.fixture(scope="module")
def sources() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


@pytest.fixture
def control() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


@pytest.fixture
def two(tmp_path: Path, sources: Server, control: Server) -> Iterator[Stage]:
    with fleet_of(tmp_path, sources, control, 2, lease="60s") as stage:
        yield stage
