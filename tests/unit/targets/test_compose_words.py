"""What compose says when the port is taken, as people's terminals recorded it, and what is none of that."""

from __future__ import annotations

import pytest

from drill_tui.postgres.client.spawn import Finished
from drill_tui.targets.compose import port_is_taken

ENDPOINT = "driver failed programming external connectivity on endpoint x-gate-1 (47ff2801)"
TAKEN = {
    "v1, docker/compose#4126": (
        f"ERROR: for db  Cannot start service db: {ENDPOINT}: Error starting userland proxy: "
        "Bind for 0.0.0.0:5432 failed: port is already allocated",
        "ERROR: Encountered errors while bringing up the project.",
    ),
    "v1, BretFisher/udemy-docker-mastery#57": (
        f"ERROR: for proxy  Cannot start service proxy: {ENDPOINT}: Error starting userland proxy: "
        "listen tcp 0.0.0.0:80: bind: address already in use",
        "ERROR: Encountered errors while bringing up the project.",
    ),
    "v2, samyogdhital/listmonk-caddy-reverse-proxy#5": (
        " Container listmonk_app  Running",
        " Container listmonk_demo_db  Starting",
        f"Error response from daemon: {ENDPOINT}: Bind for 0.0.0.0:9432 failed: port is already allocated",
    ),
    "v2, nautobot/nautobot-docker-compose#34": (
        f"Error response from daemon: {ENDPOINT}: Error starting userland proxy: "
        "listen tcp4 0.0.0.0:8080: bind: address already in use",
    ),
    "v2 on Docker 25, MainfluxLabs/mainflux#381": (
        "Error response from daemon: Ports are not available: exposing port TCP 0.0.0.0:4222 -> 0.0.0.0:0: "
        "listen tcp 0.0.0.0:4222: bind: address already in use",
    ),
}
OTHER = (
    "Error response from daemon: pull access denied for drill-test, repository does not exist",
    "services.database Additional property networkmode is not allowed",
    "unknown shorthand flag: 'f' in -f",
)


def last_words(*lines: str) -> str:
    return Finished("docker", 1, b"", lines).last_words


@pytest.mark.parametrize("recorded", TAKEN)
def test_a_taken_port_is_recognised(recorded: str) -> None:
    assert port_is_taken(last_words(*TAKEN[recorded]))


@pytest.mark.parametrize("line", OTHER)
def test_another_failure_is_not_tried_again(line: str) -> None:
    assert not port_is_taken(last_words(line))
