"""The recipes of a fleet, each read by a tool that knows its format."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from cronsim import CronSim
from ruamel.yaml import YAML

from drill_tui.cli.front import run
from drill_tui.fleet import recipes
from drill_tui.fleet.inventory import Fleet, read_fleet
from tests.unit.fleet.places import project

FLEET = """\
[defaults]
runbook = "restore-drill"
[databases.orders]
service = "orders"
cadence = "1d"
window = "22:00-06:00"
labels = ["big"]
cores = 4
disk = "20GB"
params = {required_tables = "a b, 100% $x"}
[databases."eu.events"]
service = "events"
cadence = "7d"
[databases.old_shop]
service = "shop"
[databases.archive]
service = "archive"
cadence = "180d"
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return read_fleet(project(tmp_path, FLEET), "restore-drill")


def load(text: str) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load_all(text))


def test_each_database_has_its_own_time_at_least_as_often_as_its_cadence(fleet: Fleet) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    starts = set()
    for number, database in enumerate(fleet.databases):
        firing = CronSim(recipes.moment(database, number).cron, now)
        first, second, third = (next(firing) for _ in range(3))
        assert max(second - first, third - second).total_seconds() <= database.cadence_s
        starts.add((first.hour, first.minute))
    assert len(starts) == len(fleet.databases)


def test_a_drill_starts_within_its_window(fleet: Fleet) -> None:
    orders = fleet.databases[0]
    assert orders.window is not None
    for number in range(300):
        when = recipes.moment(orders, number)
        assert orders.window.left_s(when.hour * 3600.0 + when.minute * 60.0) >= orders.window.lasts_s / 2


def test_no_calendar_has_less_than_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    often = project(tmp_path, FLEET.replace('"1d"', '"6h"'))
    with pytest.raises(SystemExit) as end:
        run(["fleet", "render", "kubernetes", "--fleet", str(often)])
    assert end.value.code == 2
    assert "databases.orders: no calendar has a cadence below a day" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize(("right", "wrong"), [("", ""), ("KillMode=mixed", "KillMode=gently")])
def test_systemd_reads_the_units(right: str, wrong: str, fleet: Fleet, tmp_path: Path) -> None:
    program = tmp_path / "drill-tui"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    folder = tmp_path / "units"
    folder.mkdir()
    for name, text in recipes.systemd(fleet).items():
        (folder / name).write_text(text.replace(recipes.PROGRAM, str(program)).replace(right, wrong))
    units = sorted(map(str, folder.iterdir()))
    assert len(units) == 2 * len(fleet.databases)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if "drill-fleet" in line]
    assert bool(complaints) is bool(right), complaints


def test_systemd_passes_a_parameter_on_as_it_is(fleet: Fleet) -> None:
    service = recipes.systemd(fleet)["drill-fleet-orders.service"]
    assert '--param "required_tables=a b, 100%% $$x"' in service


@pytest.mark.parametrize("version", ["1.27", kubernetes_validate.latest_version()])
def test_kubernetes_takes_the_jobs(version: str, fleet: Fleet) -> None:
    jobs = load(recipes.kubernetes(fleet))
    assert [job["metadata"]["name"] for job in jobs] == [
        "drill-orders",
        "drill-eu-events",
        "drill-old-shop",
        "drill-archive",
    ]
    for job in jobs:
        kubernetes_validate.validate(job, version, strict=True)
    pod = jobs[0]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == {"drill-tui/big": "true"}
    assert pod["containers"][0]["resources"]["requests"]["cpu"] == "4"
    assert "required_tables=a b, 100% $x" in pod["containers"][0]["args"]


def test_github_s_schema_takes_the_workflow(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "drills.yml"
    path.write_text(recipes.github(fleet))
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=99, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (workflow,) = load(path.read_text())
    crons = [entry["cron"] for entry in workflow["on"]["schedule"]]
    for job in workflow["jobs"].values():
        assert any(f"'{cron}'" in job["if"] for cron in crons)


def test_names_that_would_be_one_are_refused(tmp_path: Path) -> None:
    text = '[databases."a.b"]\nservice = "x"\n[databases.a_b]\nservice = "y"\n'
    clash = read_fleet(project(tmp_path, text), "restore-drill")
    for made in (recipes.kubernetes, recipes.github):
        with pytest.raises(ValueError, match="the same name"):
            made(clash)


def test_they_are_printed_or_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(project(tmp_path, FLEET))
    for more in ([], ["--out", str(tmp_path / "units")]):
        with pytest.raises(SystemExit) as end:
            run(["fleet", "render", "systemd", "--fleet", path, *more])
        assert not end.value.code
    assert "# drill-fleet-orders.service\n[Unit]" in capsys.readouterr().out
    assert len(list((tmp_path / "units").iterdir())) == 8
    with pytest.raises(SystemExit) as end:
        run(["fleet", "render", "systemctl", "--fleet", path])
    assert end.value.code == 2
    assert "did you mean systemd?" in capsys.readouterr().err
