"""compose.restore.yml keeps its promises, as text: no engine needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

FILE = Path(__file__).resolve().parents[3] / "compose.restore.yml"


@pytest.fixture(scope="module")
def compose() -> Any:
    return YAML(typ="safe").load(FILE)


def test_database_has_no_network_and_no_port(compose: Any) -> None:
    database = compose["services"]["database"]
    assert database["network_mode"] == "none"
    assert "ports" not in database
    assert "networks" not in database


def test_gate_listens_on_loopback_only_and_can_do_nothing_else(compose: Any) -> None:
    gate = compose["services"]["gate"]
    assert gate["ports"] == ["127.0.0.1:${DRILL_TARGET_PORT:-15432}:5432"]
    assert gate["read_only"] is True
    assert gate["user"] == "65534:65534"
    assert "cap_add" not in gate
    (network,) = compose["networks"].values()
    assert network["driver_opts"]["com.docker.network.bridge.enable_ip_masquerade"] == "false"


def test_both_are_limited_and_gain_no_privileges(compose: Any) -> None:
    for service in compose["services"].values():
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["cap_drop"] == ["ALL"]
        assert service["mem_limit"]
        assert service["pids_limit"]
        assert "privileged" not in service


def test_backup_is_mounted_read_only_and_data_lies_on_a_volume(compose: Any) -> None:
    mounts = compose["services"]["database"]["volumes"]
    assert [mount for mount in mounts if "BACKUP" in mount and not mount.endswith(":ro")] == []
    assert any("BACKUP" in mount for mount in mounts)
    assert "data:/var/lib/postgresql/drill" in mounts


def test_everything_is_labelled_with_run_and_expiry(compose: Any) -> None:
    for group in ("services", "networks", "volumes"):
        for thing in compose[group].values():
            assert set(thing["labels"]) == {"drill-tui.run", "drill-tui.expires", "drill-tui.folder"}


def test_health_is_asked_over_tcp(compose: Any) -> None:
    assert "--host=127.0.0.1" in compose["services"]["database"]["healthcheck"]["test"]
