"""Real clusters and good backups, made at most once per module, for the corpus to damage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.corpus.broken_backup import Good
from tests.corpus.scripts import run_script
from tests.servers import Server, binaries, start_cluster

ROLES = ("CREATE ROLE shop_owner", "CREATE ROLE shop_reader LOGIN")
SHOP = (
    "CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers, total numeric)",
    "INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 500) n",
    "INSERT INTO orders SELECT n, 1 + n % 500, n / 100.0 FROM generate_series(1, 20000) n",
    "CREATE INDEX ON orders (customer)",
    "ALTER TABLE customers OWNER TO shop_owner",
    "GRANT SELECT ON orders TO shop_reader",
)


@pytest.fixture(scope="module")
def source() -> Iterator[Server]:
    """PostgreSQL 15 with the databases `shop` and `depot`."""
    with start_cluster(binaries(15)) as server:
        server.sql("postgres", *ROLES)
        for name in ("shop", "depot"):
            server.create_database(name)
            server.sql(name, *SHOP)
        yield server


@pytest.fixture(scope="module")
def target() -> Iterator[Server]:
    """An empty PostgreSQL 15 that is not the source."""
    with start_cluster(binaries(15)) as server:
        yield server


@pytest.fixture(scope="module")
def good(source: Server, tmp_path_factory: pytest.TempPathFactory) -> Good:
    def take(database: str, *options: str) -> Path:
        folder = tmp_path_factory.mktemp("backups")
        made = run_script("backup", source.environment(database), "--output", folder, *options)
        assert made.code == 0, made.stderr
        return Path(made.outputs["backup"])

    return Good(take)
