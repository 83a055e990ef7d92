"""A fleet whose hosts share a bucket and nothing else: what each leaves there, and what is told of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest

from drill_tui.engine.record.vocabulary import JOURNAL_NAME
from drill_tui.evidence.chain import chain
from tests.e2e.drill.running import DRILL_TIMEOUT_S, wait_until
from tests.e2e.fleet.rig import Stage
from tests.stores import BUCKET, S3, Line

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("fleet-bucket")]
FAR = "bucket"
"""The folder of a machine that has a checkout of the project and nothing else."""


@pytest.fixture
def line(s3: S3) -> Iterator[Line]:
    with Line(s3.port) as line:
        yield line


@pytest.fixture
def stage(small: Stage, s3: S3, line: Line) -> Stage:
    """Two databases, whose evidence lies below a prefix of this test's own."""
    file = small.folder / "fleet.toml"
    place = f'evidence = "s3://{BUCKET}/{_prefix(small)}"'
    file.write_text(file.read_text().replace("[fleet]", f"[fleet]\n{place}"))
    small.variables |= s3.environment(line.port)
    far = small.folder / FAR
    for name in ("runbooks", "scripts"):
        shutil.copytree(small.folder / name, far / name)
    shutil.copy(file, far)
    return small


def _prefix(stage: Stage) -> str:
    return f"drills/{stage.folder.name}"


def fetch(stage: Stage, s3: S3) -> dict[str, bytes]:
    """What the bucket holds by now, laid where the rig looks for evidence; by other code than ours."""
    shutil.rmtree(stage.folder / "artifacts" / "fleet", ignore_errors=True)
    found: dict[str, bytes] = {}
    for page in s3.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=_prefix(stage)):
        for one in page.get("Contents", ()):
            name = one["Key"].removeprefix(_prefix(stage) + "/")
            found[name] = s3.client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read()
            path = stage.folder / "artifacts" / "fleet" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found[name])
    return found


def states(stage: Stage) -> tuple[int, list[str]]:
    """What another machine tells of db0 and db1, and ends with."""
    told = stage.tell("status", "--json", cwd=stage.folder / FAR)
    assert told.stdout, told.stderr
    rows = {row["name"]: row["state"] for row in json.loads(told.stdout)["databases"]}
    return told.returncode, [rows[name] for name in stage.names]


def start_on(stage: Stage, host: str, command: str = "worker", *options: str):  # type: ignore[no-untyped-def]
    return stage.start(host, command, "--work", str(stage.folder / f"work-{host}"), *options)


def test_two_hosts_drill_into_one_bucket_and_a_third_tells_what_is_proven(stage: Stage, s3: S3) -> None:
    assert states(stage) == (1, ["due", "due"])
    stage.hold(*stage.names)
    workers = [start_on(stage, host) for host in ("one", "two")]
    for name in stage.names:
        stage.wait_for(f"begin {name}")
    fetch(stage, s3)
    assert {stage.host_of(name) for name in stage.names} == {"one", "two"}
    stage.let_go(*stage.names)
    assert [stage.drained(worker) for worker in workers] == [0, 0]
    assert states(stage) == (0, ["proven", "proven"])
    assert start_on(stage, "two", "run", "--now").wait(DRILL_TIMEOUT_S) == 0, stage.said("two")
    assert start_on(stage, "one", "run", "--now").wait(DRILL_TIMEOUT_S) == 0, stage.said("one")
    there = fetch(stage, s3)
    for name in stage.names:
        assert [over.outcome for over in stage.attempts(name)] == ["ended"] * 3
        assert len({over.host for over in stage.attempts(name)}) == 2
        assert len(stage.passes(name)) == 3
        assert all(finding.sound is not False for finding in chain(stage.evidence_of(name)))
    assert not [name for name in there if name.endswith((".lock", ".log")) and "/logs/" not in name]
    assert stage.tell("freeze", "--check", cwd=stage.folder / FAR).returncode == 0
    assert stage.tell("due", cwd=stage.folder / FAR).returncode == 0
    past = json.loads(stage.tell("history", "--json", cwd=stage.folder / FAR).stdout)
    assert len(past["drills"]) == 6
    page = stage.tell("report", cwd=stage.folder / FAR)
    assert page.stdout.splitlines()[0] == f"s3://{BUCKET}/{_prefix(stage)}/fleet.html"
    assert b"db1" in fetch(stage, s3)["fleet.html"]
    stage.nothing_left()


def test_while_the_store_is_away_drills_go_on_and_nothing_is_lost(stage: Stage, s3: S3, line: Line) -> None:
    stage.hold("db0", "db1")
    worker = start_on(stage, "one", "worker", "--drills", "2")
    for name in stage.names:
        stage.wait_for(f"begin {name}")
    line.through = lambda _: None
    stage.let_go("db0", "db1")
    wait_until(lambda: "The evidence cannot be kept: s3://" in stage.said("one"), "the worker to say so")
    told = stage.tell("status", cwd=stage.folder / FAR)
    assert told.returncode == 3
    assert "does not answer" in told.stderr
    assert "Traceback" not in told.stderr + stage.said("one")
    fetch(stage, s3)
    assert [stage.attempts(name) for name in stage.names] == [[], []]
    line.through = lambda data: data
    wait_until(lambda: stage.said("one").count("ended with pass") == 2, "both to be kept")
    assert states(stage) == (0, ["proven", "proven"])
    assert stage.drained(worker) == 0
    fetch(stage, s3)
    for name in stage.names:
        assert [over.outcome for over in stage.attempts(name)] == ["ended"]
        assert len(stage.passes(name)) == 1
    stage.nothing_left()


def test_a_cut_between_an_attempt_and_its_evidence_proves_nothing_until_it_is_there(
    stage: Stage, s3: S3, line: Line
) -> None:
    line.through = lambda data: None if JOURNAL_NAME.encode() in data else data
    worker = start_on(stage, "one", "run", "--only", "db0")
    wait_until(lambda: "The evidence cannot be kept" in stage.said("one"), "the evidence to be cut off")
    stage.kill_everything(worker)
    fetch(stage, s3)
    assert [over.verdict for over in stage.attempts("db0")] == ["pass"]
    assert states(stage) == (1, ["due", "due"])
    line.through = lambda data: data
    assert start_on(stage, "one", "run", "--only", "db0").wait(DRILL_TIMEOUT_S) == 0, stage.said("one")
    assert states(stage) == (1, ["proven", "due"])
    fetch(stage, s3)
    assert [over.number for over in stage.attempts("db0")] == [1]
    assert len(stage.passes("db0")) == 1
    stage.nothing_left()


def test_a_store_that_forgets_what_was_written_once_is_refused(stage: Stage, line: Line) -> None:
    line.through = lambda data: data.replace(b"If-None-Match", b"X-Is-Not-Known")
    assert start_on(stage, "one", "run").wait(DRILL_TIMEOUT_S) == 3
    assert "writes over an object although it was asked not to" in stage.said("one")
    assert stage.trace == []


def test_a_bucket_that_is_not_there_is_not_a_fleet_without_drills(stage: Stage) -> None:
    file = stage.folder / "fleet.toml"
    file.write_text(file.read_text().replace(f"s3://{BUCKET}/", "s3://another/"))
    told = stage.tell("status")
    assert told.returncode == 3
    assert "There is no bucket of s3://another/" in told.stderr
    assert start_on(stage, "one", "run").wait(DRILL_TIMEOUT_S) == 3
    assert "There is no bucket of s3://another/" in stage.said("one")
