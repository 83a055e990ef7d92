"""What is read from the folders of a PostgreSQL is what its server says of itself."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from importlib.resources import files

import pytest

from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.cluster.binaries import find_servers
from drill_tui.postgres.fit.from_binaries import inventory_of, offer_of_binaries, offer_of_inventory
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


def test_the_script_for_images_tells_the_same() -> None:
    folder = binaries(15)
    (found,) = find_servers({"DRILL_SERVER_BINDIR": str(folder)})
    if not (folder / "pg_config").exists():
        pytest.skip("pg_config is not installed here")
    script = files("drill_tui.targets").joinpath("inventory.sh").read_text("utf-8")
    path = {"PATH": f"{folder}:/usr/bin:/bin"}
    told = subprocess.run(["/bin/sh", "-c", script], env=path, capture_output=True, text=True, check=True)
    folder_offer = offer_of_binaries(found)
    image = offer_of_inventory(inventory_of(told.stdout), target="local", name="x", place="y")
    assert (image.extensions, image.features, image.libraries, image.locales, image.major) == (
        folder_offer.extensions,
        folder_offer.features,
        folder_offer.libraries,
        folder_offer.locales,
        folder_offer.major,
    )
