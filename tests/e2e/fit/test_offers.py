"""What is read from the folders of a PostgreSQL is what its server says of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.cluster.binaries import find_servers
from drill_tui.postgres.fit.from_binaries import offer_of_binaries
from drill_tui.postgres.fit.from_server import offer_of_server
from drill_tui.postgres.fit.offer import Offer
from tests.servers import Server, binaries, start_cluster


@pytest.fixture(params=[15, 18])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with start_cluster(binaries(request.param)) as started:
        yield started


def test_a_folder_offers_what_its_server_offers(server: Server) -> None:
    (found,) = find_servers({"DRILL_SERVER_BINDIR": str(server.bin_dir)})
    folder = offer_of_binaries(found)
    running: Offer = asyncio.run(offer_of_server(resolve(server.environment("postgres"))))
    assert folder.extensions is not None
    assert running.extensions is not None
    assert {name: (v[0], set(v)) for name, v in folder.extensions.items()} == {
        name: (v[0], set(v)) for name, v in running.extensions.items()
    }
    assert folder.features == running.features
    assert folder.locales is not None
    assert running.locales is not None
    assert "C.utf8" in folder.locales & running.locales
    assert running.lock_slots == 64 * 60
    assert running.tablespaces is None
