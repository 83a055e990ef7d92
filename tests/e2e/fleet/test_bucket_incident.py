"""Incidents are taken up and closed where the evidence is, by whoever; signatures lie there too."""

from __future__ import annotations

import subprocess

import pytest

from drill_tui.evidence.keys import make_key
from drill_tui.programme.incident import Incident
from tests.e2e.drill.running import DRILL_TIMEOUT_S
from tests.e2e.fleet.bucket import FAR, fetch, start_on
from tests.e2e.fleet.rig import Stage
from tests.stores import S3

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("fleet-bucket")]


def far(stage: Stage, *words: str) -> subprocess.CompletedProcess[str]:
    return stage.tell(*words, cwd=stage.folder / FAR)


def drilled(stage: Stage, host: str) -> int:
    return start_on(stage, host, "run", "--now", "--only", "db0").wait(DRILL_TIMEOUT_S)


def test_an_incident_is_closed_in_the_bucket_and_stays_closed(in_bucket: Stage, s3: S3) -> None:
    (in_bucket.folder / "gone-db0").touch()
    assert drilled(in_bucket, "one") == 1
    held = far(in_bucket, "freeze", "--check")
    assert held.returncode == 1
    assert "db0: incident_" in held.stdout
    taken = far(in_bucket, "ack", "db0", "incident_", "--by", "Olga", "--note", "mine")
    assert taken.returncode == 0, taken.stderr
    assert "drill-tui fleet run --now --only db0" in taken.stdout
    refused = far(in_bucket, "resolve", "db0", "incident_", "--note", "mended")
    assert refused.returncode == 1
    assert "cannot be resolved" in refused.stderr
    (in_bucket.folder / "gone-db0").unlink()
    assert drilled(in_bucket, "two") == 0
    assert far(in_bucket, "freeze", "--check").returncode == 0
    closed = far(in_bucket, "resolve", "db0", "incident_", "--by", "Olga", "--note", "mended")
    assert closed.returncode == 0, closed.stderr
    assert drilled(in_bucket, "one") == 0
    there = fetch(in_bucket, s3)
    (name,) = (n for n in there if "/incidents/" in n and n.endswith(".json"))
    incident = Incident.model_validate_json(there[name])
    assert incident.state == "resolved"
    assert [act.by for act in incident.acts if act.what in ("acknowledged", "resolved")] == ["Olga", "Olga"]


def test_an_incident_that_is_not_there_is_a_sentence(in_bucket: Stage) -> None:
    for database in ("db0", "nobody"):
        told = far(in_bucket, "ack", database, "incident_none")
        assert told.returncode == 2
        assert told.stderr.startswith("drill-tui: ")


def test_signed_drills_of_two_hosts_can_be_verified_from_the_bucket(in_bucket: Stage, s3: S3) -> None:
    key, public, *_ = make_key(in_bucket.folder / "keys", "drills of the shop")
    in_bucket.variables |= {"DRILL_SIGNING_KEY": str(key)}
    assert [drilled(in_bucket, host) for host in ("one", "two")] == [0, 0]
    fetch(in_bucket, s3)
    signatures = list(in_bucket.evidence_of("db0").glob("*.intoto.jsonl"))
    assert len(signatures) == 2
    for signature in signatures:
        told = in_bucket.drill_tui("report", "verify", str(signature), "--key", str(public))
        assert told.returncode == 0, told.stdout + told.stderr
    chained = in_bucket.drill_tui("report", "chain", "--artifacts", str(in_bucket.evidence_of("db0")))
    assert chained.returncode == 0, chained.stdout + chained.stderr
