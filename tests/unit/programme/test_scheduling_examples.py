"""The scheduling examples, each read by a tool that knows its format."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = DOCS / "scheduling"
CRON_LINE = re.compile(r"^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+([a-z][\w-]*)\s+(.+)$")
CRON_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def yaml_of(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((EXAMPLES / name).read_text())


def assert_cron_times(fields: list[str]) -> None:
    for field, (low, high) in zip(fields, CRON_RANGES, strict=True):
        numbers = [int(number) for number in re.findall(r"\d+", field)]
        assert re.fullmatch(r"\*|\d+(-\d+)?(,\d+(-\d+)?)*", field), field
        assert all(low <= number <= high for number in numbers), field


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    program = tmp_path / "drill-tui"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name in ("drill-tui.service", "drill-tui.timer"):
        text = (EXAMPLES / name).read_text().replace("/opt/drill-tui/.venv/bin/drill-tui", str(program))
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [
            "systemd-analyze",
            "verify",
            "--man=no",
            *(str(tmp_path / f"drill-tui.{s}") for s in ("service", "timer")),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = [line for line in done.stderr.splitlines() if "drill-tui" in line]
    assert told == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_knows_when_the_timer_fires() -> None:
    when = re.search(r"^OnCalendar=(.+)$", (EXAMPLES / "drill-tui.timer").read_text(), re.MULTILINE)
    assert when is not None
    subprocess.run(
        ["systemd-analyze", "calendar", when.group(1)], check=True, capture_output=True, timeout=60
    )


def test_the_cron_lines_are_well_formed() -> None:
    lines = (EXAMPLES / "drill-tui.cron").read_text().splitlines()
    jobs = [line for line in lines if line and not line.startswith("#") and not re.match(r"[A-Z]+=", line)]
    assert len(jobs) == 2
    for line in jobs:
        match = CRON_LINE.match(line)
        assert match is not None, line
        assert_cron_times([match.group(number) for number in range(1, 6)])
        assert "%" not in match.group(7), "cron turns % into a newline"
        subprocess.run(["sh", "-n", "-c", match.group(7)], check=True, timeout=10)


def test_the_github_workflow_runs_the_drill_on_a_schedule_and_keeps_the_evidence() -> None:
    workflow = yaml_of("github-actions.yml")
    assert set(workflow) == {"name", "on", "permissions", "concurrency", "jobs"}
    assert_cron_times(workflow["on"]["schedule"][0]["cron"].split())
    steps = workflow["jobs"]["drill"]["steps"]
    assert all(("uses" in step) != ("run" in step) for step in steps)
    assert [step["run"] for step in steps if "run" in step] == ["make restore-drill"]
    keep = steps[-1]
    assert keep["if"] == "always()"
    assert keep["with"]["path"] == "artifacts/restore/"
    text = (EXAMPLES / "github-actions.yml").read_text()
    assert set(re.findall(r"\$\{\{ (\w+)\.", text)) == {"vars", "secrets"}


def test_the_kubernetes_job_never_tries_twice_and_has_time_to_clean_up() -> None:
    job = yaml_of("kubernetes-cronjob.yaml")
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    assert_cron_times(job["spec"]["schedule"].split())
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
