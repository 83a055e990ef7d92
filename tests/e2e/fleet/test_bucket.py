"""A fleet whose hosts share a bucket and nothing else: what each leaves there, and what is told of it."""

from __future__ import annotations

import json

import pytest

from drill_tui.engine.record.vocabulary import JOURNAL_NAME
from drill_tui.evidence.chain import chain
from tests.e2e.drill.running import DRILL_TIMEOUT_S, wait_until
from tests.e2e.fleet.bucket import FAR, fetch, prefix, start_on, states
from tests.e2e.fleet.rig import Stage
from tests.stores import BUCKET, S3, Line

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("fleet-bucket")]


def test_two_hosts_drill_into_one_bucket_and_a_third_tells_what_is_proven(in_bucket: Stage, s3: S3) -> None:
    assert states(in_bucket) == (1, ["due", "due"])
    in_bucket.hold(*in_bucket.names)
    workers = [start_on(in_bucket, host) for host in ("one", "two")]
    for name in in_bucket.names:
        in_bucket.wait_for(f"begin {name}")
    fetch(in_bucket, s3)
    assert {in_bucket.host_of(name) for name in in_bucket.names} == {"one", "two"}
    in_bucket.let_go(*in_bucket.names)
    assert [in_bucket.drained(worker) for worker in workers] == [0, 0]
    assert states(in_bucket) == (0, ["proven", "proven"])
    assert start_on(in_bucket, "two", "run", "--now").wait(DRILL_TIMEOUT_S) == 0, in_bucket.said("two")
    assert start_on(in_bucket, "one", "run", "--now").wait(DRILL_TIMEOUT_S) == 0, in_bucket.said("one")
    there = fetch(in_bucket, s3)
    for name in in_bucket.names:
        assert [over.outcome for over in in_bucket.attempts(name)] == ["ended"] * 3
        assert len({over.host for over in in_bucket.attempts(name)}) == 2
        assert len(in_bucket.passes(name)) == 3
        assert all(finding.sound is not False for finding in chain(in_bucket.evidence_of(name)))
    assert not [name for name in there if name.endswith((".lock", ".log")) and "/logs/" not in name]
    assert in_bucket.tell("freeze", "--check", cwd=in_bucket.folder / FAR).returncode == 0
    assert in_bucket.tell("due", cwd=in_bucket.folder / FAR).returncode == 0
    past = json.loads(in_bucket.tell("history", "--json", cwd=in_bucket.folder / FAR).stdout)
    assert len(past["drills"]) == 6
    page = in_bucket.tell("report", cwd=in_bucket.folder / FAR)
    assert page.stdout.splitlines()[0] == f"s3://{BUCKET}/{prefix(in_bucket)}/fleet.html"
    assert b"db1" in fetch(in_bucket, s3)["fleet.html"]
    in_bucket.nothing_left()


def test_while_the_store_is_away_drills_go_on_and_nothing_is_lost(
    in_bucket: Stage, s3: S3, line: Line
) -> None:
    in_bucket.hold("db0", "db1")
    worker = start_on(in_bucket, "one", "worker", "--drills", "2")
    for name in in_bucket.names:
        in_bucket.wait_for(f"begin {name}")
    line.through = lambda _: None
    in_bucket.let_go("db0", "db1")
    wait_until(lambda: "The evidence cannot be kept: s3://" in in_bucket.said("one"), "the worker to say so")
    told = in_bucket.tell("status", cwd=in_bucket.folder / FAR)
    assert told.returncode == 3
    assert "does not answer" in told.stderr
    assert "Traceback" not in told.stderr + in_bucket.said("one")
    fetch(in_bucket, s3)
    assert [in_bucket.attempts(name) for name in in_bucket.names] == [[], []]
    line.through = lambda data: data
    wait_until(lambda: in_bucket.said("one").count("ended with pass") == 2, "both to be kept")
    assert states(in_bucket) == (0, ["proven", "proven"])
    assert in_bucket.drained(worker) == 0
    fetch(in_bucket, s3)
    for name in in_bucket.names:
        assert [over.outcome for over in in_bucket.attempts(name)] == ["ended"]
        assert len(in_bucket.passes(name)) == 1
    in_bucket.nothing_left()


def test_a_cut_between_an_attempt_and_its_evidence_proves_nothing_until_it_is_there(
    in_bucket: Stage, s3: S3, line: Line
) -> None:
    line.through = lambda data: None if JOURNAL_NAME.encode() in data else data
    worker = start_on(in_bucket, "one", "run", "--only", "db0")
    wait_until(lambda: "The evidence cannot be kept" in in_bucket.said("one"), "the evidence to be cut off")
    in_bucket.kill_everything(worker)
    fetch(in_bucket, s3)
    assert [over.verdict for over in in_bucket.attempts("db0")] == ["pass"]
    assert states(in_bucket) == (1, ["due", "due"])
    line.through = lambda data: data
    assert start_on(in_bucket, "one", "run", "--only", "db0").wait(DRILL_TIMEOUT_S) == 0, in_bucket.said(
        "one"
    )
    assert states(in_bucket) == (1, ["proven", "due"])
    fetch(in_bucket, s3)
    assert [over.number for over in in_bucket.attempts("db0")] == [1]
    assert len(in_bucket.passes("db0")) == 1
    in_bucket.nothing_left()


def test_a_store_that_forgets_what_was_written_once_is_refused(in_bucket: Stage, line: Line) -> None:
    line.through = lambda data: data.replace(b"If-None-Match", b"X-Is-Not-Known")
    assert start_on(in_bucket, "one", "run").wait(DRILL_TIMEOUT_S) == 3
    assert "writes over an object although it was asked not to" in in_bucket.said("one")
    assert in_bucket.trace == []


def test_a_bucket_that_is_not_there_is_not_a_fleet_without_drills(in_bucket: Stage) -> None:
    file = in_bucket.folder / "fleet.toml"
    file.write_text(file.read_text().replace(f"s3://{BUCKET}/", "s3://another/"))
    told = in_bucket.tell("status")
    assert told.returncode == 3
    assert "There is no bucket of s3://another/" in told.stderr
    assert start_on(in_bucket, "one", "run").wait(DRILL_TIMEOUT_S) == 3
    assert "There is no bucket of s3://another/" in in_bucket.said("one")
