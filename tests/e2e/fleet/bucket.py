"""What hosts that share a bucket and nothing else left there, and what another machine tells of it."""

from __future__ import annotations

import json
import shutil
import subprocess

from tests.e2e.fleet.rig import Stage
from tests.stores import BUCKET, S3

FAR = "bucket"
"""The folder of a machine that has a checkout of the project and nothing else."""


def prefix(stage: Stage) -> str:
    return f"drills/{stage.folder.name}"


def fetch(stage: Stage, s3: S3) -> dict[str, bytes]:
    """What the bucket holds by now, laid where the rig looks for evidence; by other code than ours."""
    shutil.rmtree(stage.folder / "artifacts" / "fleet", ignore_errors=True)
    found: dict[str, bytes] = {}
    for page in s3.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix(stage)):
        for one in page.get("Contents", ()):
            name = one["Key"].removeprefix(prefix(stage) + "/")
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


def start_on(stage: Stage, host: str, command: str = "worker", *options: str) -> subprocess.Popen[str]:
    return stage.start(host, command, "--work", str(stage.folder / f"work-{host}"), *options)
