"""A drill of the source that drill.toml names, judged by its objectives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drill_tui.cli.exits import Exit
from drill_tui.cli.init_cmd import init
from tests.e2e.drill.running import Drill, drill_tui, evidence_is_sound, run_drill

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("drill_settings")]


@pytest.fixture
def project(tmp_path: Path, shop: dict[str, str]) -> Path:
    folder = tmp_path / "project"
    init(folder, as_diff=False)
    (folder / "drill.toml").write_text(
        f'[source]\nhost = "{shop["DB_HOST"]}"\nport = {shop["DB_PORT"]}\n'
        f'dbname = "shop"\nuser = "{shop["DB_USER"]}"\n[objectives]\nrto = "0.01s"\nrpo = "6h"\n'
    )
    return folder


@pytest.fixture
def drill(project: Path, shop: dict[str, str]) -> Drill:
    return run_drill(project / "artifacts" / "restore", cwd=project, env={"DB_PASSWORD": shop["DB_PASSWORD"]})


def test_the_source_and_the_objectives_of_the_project_count(drill: Drill, shop: dict[str, str]) -> None:
    assert drill.code == Exit.FAILED, drill.story()
    source = drill.report["source"]
    assert (source["kind"], source["dbname"], source["port"]) == ("configured", "shop", shop["DB_PORT"])
    assert "(from drill.toml)" in (drill.run_dir / "logs" / "01-open_source.log").read_text()
    missed = {c["id"] for c in drill.report["criteria"] if c["result"] != "met"}
    assert missed == {"rto"}
    assert drill.criterion("rto")["detail"].endswith("more than 0.01 s")
    assert "at most 6 h" in drill.criterion("rpo")["detail"]
    evidence_is_sound(drill.run_dir)


def test_a_backup_by_hand_is_of_that_source_and_a_restore_never_goes_there(
    project: Path, shop: dict[str, str]
) -> None:
    env = {"DB_PASSWORD": shop["DB_PASSWORD"]}
    done = drill_tui("backup", "--output", "kept", env=env, cwd=project)
    assert done.returncode == 0, done.stderr
    (backup,) = (project / "kept").glob("shop_*")
    for command in (("restore", "--input"), ("verify", "--backup")):
        done = drill_tui(*command, str(backup), env=env, cwd=project)
        assert done.returncode in {Exit.USAGE, Exit.ERROR}, done.stderr
        assert shop["DB_PORT"] not in done.stderr


def test_doctor_asks_the_source_of_the_project(project: Path, shop: dict[str, str]) -> None:
    told = drill_tui("doctor", "--json", env={"DB_PASSWORD": shop["DB_PASSWORD"]}, cwd=project)
    found = {c["name"]: c["found"] for c in json.loads(told.stdout)}
    assert found["source"].startswith(f"shop on {shop['DB_HOST']}:{shop['DB_PORT']}")
