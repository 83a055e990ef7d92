"""The scheduling examples, each read by a tool that knows its format."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from cronsim import CronSim, CronSimError
from ruamel.yaml import YAML

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = DOCS / "scheduling"
CRON_LINE = re.compile(r"^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+([a-z][\w-]*)\s+(.+)$")
OLDEST_KUBERNETES = "1.27"
"""The first version in which a CronJob's timeZone is stable."""
PROGRAM = "/opt/drill-tui/.venv/bin/drill-tui"
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")


def yaml_of(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((EXAMPLES / name).read_text())


def next_months(expression: str, count: int = 3) -> list[datetime]:
    """When cron would start it.  Raises CronSimError for what cron does not take."""
    firing = CronSim(expression, datetime(2026, 11, 23, 12))
    return [next(firing) for _ in range(count)]


def systemd_complaints(folder: Path, **changes: tuple[str, str]) -> list[str]:
    """What `systemd-analyze verify` says of our units, after changes by unit."""
    program = folder / "drill-tui"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = [folder / "drill-tui.service", folder / "drill-tui.timer"]
    for unit in units:
        text = (EXAMPLES / unit.name).read_text().replace(PROGRAM, str(program))
        unit.write_text(text.replace(*changes.get(unit.suffix[1:], ("", ""))))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    return [line for line in done.stderr.splitlines() if "drill-tui" in line]


@needs_systemd
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    assert systemd_complaints(tmp_path) == []


@needs_systemd
@pytest.mark.parametrize(
    ("unit", "change"),
    [
        ("service", ("TimeoutStopSec=10min", "TimeoutStopSec=10 moons")),
        ("service", ("KillMode=mixed", "KillMode=gently")),
        ("service", ("ExecStart=", "ExecStrat=")),
        ("timer", ("OnCalendar=*-*-01 03:30:00", "OnCalendar=monthy")),
    ],
)
def test_systemd_notices_a_broken_unit(unit: str, change: tuple[str, str], tmp_path: Path) -> None:
    assert change[0] in (EXAMPLES / f"drill-tui.{unit}").read_text()
    assert systemd_complaints(tmp_path, **{unit: change})


@needs_systemd
def test_systemd_knows_when_the_timer_fires() -> None:
    when = re.search(r"^OnCalendar=(.+)$", (EXAMPLES / "drill-tui.timer").read_text(), re.MULTILINE)
    assert when is not None
    subprocess.run(
        ["systemd-analyze", "calendar", when.group(1)], check=True, capture_output=True, timeout=60
    )


def test_cron_takes_the_lines() -> None:
    lines = (EXAMPLES / "drill-tui.cron").read_text().splitlines()
    jobs = [line for line in lines if line and not line.startswith("#") and not re.match(r"[A-Z]+=", line)]
    drill, question = (CRON_LINE.match(line) for line in jobs)
    assert drill is not None
    assert question is not None
    assert [at.month for at in next_months(" ".join(drill.groups()[:5]))] == [12, 1, 2]
    assert {at.isoweekday() for at in next_months(" ".join(question.groups()[:5]), 10)} == {1, 2, 3, 4, 5}
    for command in (drill[7], question[7]):
        assert "%" not in command, "cron turns % into a newline"
        subprocess.run(["sh", "-n", "-c", command], check=True, timeout=10)


@pytest.mark.parametrize("expression", ["30 25 1 * *", "30 3 1 *", "30 3 0 * *", "30 3 1 * mondays", "@"])
def test_what_cron_would_not_take_is_noticed(expression: str) -> None:
    with pytest.raises(CronSimError):
        next_months(expression)


def github_complaints(path: Path) -> str:
    """What GitHub's own schema of workflows has against a file."""
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=99, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_github_s_schema_takes_the_workflow() -> None:
    assert github_complaints(EXAMPLES / "github-actions.yml") == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("    runs-on: [self-hosted, linux]\n", ""),
        ("timeout-minutes: 420", "timeout_minutes: 420"),
        ("  workflow_dispatch:", "  workflow_dispatched:"),
        ("      - uses: actions/checkout@v4", "      - use: actions/checkout@v4"),
        ("  contents: read", "  contents: reed"),
    ],
)
def test_github_s_schema_notices_a_broken_workflow(right: str, wrong: str, tmp_path: Path) -> None:
    text = (EXAMPLES / "github-actions.yml").read_text()
    assert right in text
    (tmp_path / "workflow.yml").write_text(text.replace(right, wrong))
    assert "workflow.yml" in github_complaints(tmp_path / "workflow.yml")


def test_the_github_workflow_runs_the_drill_on_a_schedule_and_keeps_the_evidence() -> None:
    workflow = yaml_of("github-actions.yml")
    assert [at.day for at in next_months(workflow["on"]["schedule"][0]["cron"])] == [1, 1, 1]
    steps = workflow["jobs"]["drill"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == ["make restore-drill"]
    keep = steps[-1]
    assert keep["if"] == "always()"
    assert keep["with"]["path"] == "artifacts/restore/"
    text = (EXAMPLES / "github-actions.yml").read_text()
    assert set(re.findall(r"\$\{\{ (\w+)\.", text)) == {"vars", "secrets"}


@pytest.mark.parametrize("version", [OLDEST_KUBERNETES, kubernetes_validate.latest_version()])
def test_kubernetes_takes_the_job(version: str) -> None:
    kubernetes_validate.validate(yaml_of("kubernetes-cronjob.yaml"), version, strict=True)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("  concurrencyPolicy: Forbid", "  concurencyPolicy: Forbid"),
        ("      backoffLimit: 0", "      backoffLimit: none"),
        ("          restartPolicy: Never\n", "          restart: Never\n"),
        ("              image: registry.example.org/platform/drill-tui:0.2.0", "              image: [a]"),
        ("  schedule: '30 3 1 * *'\n", ""),
        ("kind: CronJob", "kind: CronJobs"),
    ],
)
def test_kubernetes_notices_a_broken_job(right: str, wrong: str) -> None:
    text = (EXAMPLES / "kubernetes-cronjob.yaml").read_text()
    assert right in text
    broken = YAML(typ="safe", pure=True).load(text.replace(right, wrong))
    with pytest.raises((kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError)):
        kubernetes_validate.validate(broken, OLDEST_KUBERNETES, strict=True)


def test_the_kubernetes_job_never_tries_twice_and_has_time_to_clean_up() -> None:
    job = yaml_of("kubernetes-cronjob.yaml")
    assert [at.day for at in next_months(job["spec"]["schedule"])] == [1, 1, 1]
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    run = job["spec"]["jobTemplate"]["spec"]
    pod = run["template"]["spec"]
    assert run["backoffLimit"] == 0
    assert pod["restartPolicy"] == "Never"
    assert pod["terminationGracePeriodSeconds"] >= 300
    (container,) = pod["containers"]
    assert container["args"][0] == "--auto"
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_every_example_is_named_in_the_document_and_there() -> None:
    named = set(re.findall(r"\(scheduling/([\w.-]+)\)", (DOCS / "scheduling.md").read_text()))
    assert named == {path.name for path in EXAMPLES.iterdir()}
