"""A source database that the drills of these tests read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.drill.running import SHOP
from tests.servers import Server, binaries, start_cluster


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


@pytest.fixture
def shop(server: Server) -> Iterator[dict[str, str]]:
    """The variables that name a small database with one foreign key."""
    server.create_database("shop")
    server.sql("shop", *SHOP)
    yield {**server.env, "DB_NAME": "shop"}
    server.drop_database("shop")
