"""The whole drill, headless, into a container."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drill_tui.engine.record.events import Event, ResourceClaimed, StepEnded
from drill_tui.engine.record.journal import read_journal
from drill_tui.targets import compose_watch
from tests import servers
from tests.action_context import PROJECT_DIR, clean_environment
from tests.corpus.scripts import run_script
from tests.e2e.drill.running import Drill, drill_tui, finished, start_drill
from tests.e2e.drill.test_keep import ask

pytestmark = [pytest.mark.docker, pytest.mark.e2e, pytest.mark.xdist_group("docker")]


WITHOUT_CLIENTS = 'mount -t tmpfs none /usr/lib/postgresql && exec "$@"'
"""In a mount namespace of its own: this machine's PostgreSQL programs are hidden, but those of the wheel."""


@dataclass
class Program:
    """drill-tui with its artifacts in a directory of the test's own, and the engine that it uses."""

    engine: dict[str, str]
    artifacts: Path
    variables: dict[str, str] = field(default_factory=dict)

    def drill(self, *arguments: str, prefix: Sequence[str] = ()) -> dict[str, Any]:
        """The report of a drill into a container that passed and left nothing."""
        argv = [*prefix, sys.executable, "-m", "drill_tui", "--auto", "--json", *arguments]
        done = subprocess.run(
            [*argv, "--param", "target=compose", "--artifacts", str(self.artifacts)],
            cwd=PROJECT_DIR,
            env={**clean_environment(), **self.engine, **self.variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        assert (report["verdict"], report["cleanup"]) == ("pass", "clean")
        with compose_watch.engine(self.engine) as client:
            assert compose_watch.leftovers(client, str(report["run_id"])) == []
        return report

    def log(self, report: dict[str, Any], step: str) -> str:
        (path,) = (self.artifacts / report["run_id"] / "logs").glob(f"*{step}.log")
        text: str = path.read_text()
        return text


@pytest.fixture
def shop(production: servers.Server) -> dict[str, str]:
    """The variables that name a small database of the container's own major version."""
    production.sql("postgres", "DROP DATABASE IF EXISTS shop")
    production.create_database("shop")
    production.sql(
        "shop",
        "CREATE TABLE customer (id bigint PRIMARY KEY, name text NOT NULL)",
        "INSERT INTO customer SELECT i, 'customer ' || i FROM generate_series(1, 1000) i",
    )
    return {**production.env, "DB_NAME": "shop"}


def test_drill_into_a_container_passes_and_leaves_nothing(
    spelling: dict[str, str], shop: dict[str, str], tmp_path: Path
) -> None:
    program = Program(spelling, tmp_path, shop)
    report = program.drill()
    assert report["isolation"]["level"] == "container-without-network"
    assert "the source cannot be reached" in report["isolation"]["proof"]
    assert "the container's own are used" not in program.log(report, "start_target")


@pytest.mark.skipif(os.geteuid() != 0, reason="hiding this machine's client programs needs root")
@pytest.mark.parametrize("runbook", ["restore-drill", "latest-backup"])
def test_drill_where_this_machine_has_no_client_tools_of_the_servers_major(
    runbook: str, engine: dict[str, str], shop: dict[str, str], tmp_path: Path
) -> None:
    """A backup by the wheel's newer pg_dump, which the container cannot read, and one that it can."""
    program = Program(engine, tmp_path / "artifacts", shop)
    if runbook == "latest-backup":
        made = run_script("backup", {**clean_environment(), **shop}, "--output", tmp_path / "backups")
        assert made.code == 0, made.stderr
        program.variables = {"DRILL_BACKUPS": str(tmp_path / "backups")}
    without_clients = ("unshare", "--mount", "sh", "-c", WITHOUT_CLIENTS, "sh")
    report = program.drill("--runbook", runbook, prefix=without_clients)
    assert "no PostgreSQL 15 client programs: the container's own are used" in program.log(
        report, "start_target"
    )
    assert {criterion["result"] for criterion in report["criteria"]} == {"met"}


def first_time(drill: Drill, kind: type[Event], step: str) -> float:
    records = read_journal(drill.run_dir / "events.jsonl")
    return next(r.at for r in records if isinstance(r.event, kind) and getattr(r.event, "step", "") == step)


def test_two_drills_at_once_and_one_that_is_kept(
    engine: dict[str, str], shop: dict[str, str], tmp_path: Path
) -> None:
    """The cleanup of one takes nothing of the other, which stays, is looked into, and goes when told to."""
    variables = {**engine, **shop}
    places = [tmp_path / "goes", tmp_path / "stays"]
    running = [
        start_drill(place, "--param", "target=compose", *keep, env=variables)
        for place, keep in zip(places, [[], ["--keep"]], strict=True)
    ]
    goes, stays = drills = [finished(process, place) for process, place in zip(running, places, strict=True)]
    try:
        for drill in drills:
            assert drill.code == 0, drill.story()
        assert [drill.report["cleanup"] for drill in drills] == ["clean", "kept"]
        both_begun = max(first_time(drill, ResourceClaimed, "start_target") for drill in drills)
        assert both_begun < min(first_time(drill, StepEnded, "verify") for drill in drills)
        with compose_watch.engine(engine) as client:
            assert compose_watch.leftovers(client, goes.run_dir.name) == []
        lines = stays.stdout.splitlines()
        (connect,) = [line.removeprefix("Connect") for line in lines if line.startswith("Connect")]
        assert ask(connect) == "1000"
        assert f"drill-tui clean {stays.run_dir.name}" in stays.stdout
    finally:
        cleaned = drill_tui("clean", stays.run_dir.name, "--artifacts", str(stays.artifacts), env=variables)
    assert cleaned.returncode == 0, cleaned.stdout + cleaned.stderr
    with compose_watch.engine(engine) as client:
        assert compose_watch.leftovers(client, stays.run_dir.name) == []
    assert not (stays.run_dir / "private").exists()
