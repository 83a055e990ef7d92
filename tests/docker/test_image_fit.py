"""What is read from an image decides whether it is taken, and one that is not here is never pulled."""

from __future__ import annotations

import asyncio
import os

import pytest

from drill_tui.postgres.cluster.binaries import find_servers
from drill_tui.postgres.fit.comparison import compare
from drill_tui.postgres.fit.from_binaries import offer_of_binaries
from drill_tui.postgres.fit.need import Extension, Need
from drill_tui.targets.choice import choose
from drill_tui.targets.image import offer_of_image
from drill_tui.targets.registry import AUTO
from tests.servers import binaries

pytestmark = [pytest.mark.docker, pytest.mark.e2e, pytest.mark.xdist_group("docker")]
NEED = Need(
    origin="database shop",
    major=15,
    extensions=(Extension("pgcrypto", "1.3"),),
    icu=("collation public.ci",),
    xml_columns=("public.t.x",),
    lz4_columns=("public.t.y",),
)


def test_auto_takes_the_image_that_has_what_this_machines_server_lacks(engine: dict[str, str]) -> None:
    environment = {**os.environ, **engine, "DRILL_SERVER_BINDIR": str(binaries(18))}
    choice = asyncio.run(choose(NEED, AUTO, environment))
    assert choice.kind == "compose"
    assert choice.fit.answer == "fits"
    assert choice.fit.offer.place == engine["DRILL_POSTGRES_IMAGE"]
    assert "source's major version, 15; not taken:" in choice.why
    assert "embedded lacks the extension pgcrypto" in choice.why
    (here,) = find_servers({"DRILL_SERVER_BINDIR": str(binaries(15))})
    assert choice.fit.offer.features == offer_of_binaries(here).features


def test_an_image_without_an_extension_does_not_fit(engine: dict[str, str]) -> None:
    need = Need(origin="database shop", major=15, extensions=(Extension("postgis"),))
    fit = compare(need, offer_of_image(need, {**os.environ, **engine}))
    assert fit.answer == "unfit"
    assert fit.remedy == "Set DRILL_POSTGRES_IMAGE=postgis/postgis:15-3.5."


def test_an_image_that_is_not_here_is_not_pulled_and_not_known(engine: dict[str, str]) -> None:
    absent = "drill-test-absent:1"
    fit = compare(NEED, offer_of_image(NEED, {**os.environ, **engine, "DRILL_POSTGRES_IMAGE": absent}))
    assert fit.answer == "unknown"
    assert f"`docker pull {absent}`" in fit.remedy
