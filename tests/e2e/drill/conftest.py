"""A source database that the drills of these tests read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import Server, binaries, start_cluster


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_cluster(binaries(15)) as server:
        yield server


@pytest.fixture
def shop(server: Server) -> Iterator[dict[str, str]]:
    """The variables that name a small database with one foreign key."""
    server.create_database("shop")
    server.sql(
        "shop",
        "CREATE TABLE customer (id bigint PRIMARY KEY, name text NOT NULL)",
        "CREATE TABLE purchase (id bigint PRIMARY KEY, customer_id bigint REFERENCES customer)",
        "INSERT INTO customer SELECT i, 'customer ' || i FROM generate_series(1, 1000) i",
        "INSERT INTO purchase SELECT i, 1 + i % 1000 FROM generate_series(1, 5000) i",
    )
    yield {**server.env, "DB_NAME": "shop"}
    server.drop_database("shop")
