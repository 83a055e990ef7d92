"""Drilling the newest backup that lies in a store: found, fetched, restored and verified."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.drill.running import Drill, nothing_left, run_drill
from tests.stores import BUCKET, S3

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("stores")]


def drill_of(s3: S3, prefix: str, artifacts: Path, *more: str, port: int = 0) -> Drill:
    place = f"backups=s3://{BUCKET}/{prefix}"
    return run_drill(artifacts, "--runbook", "latest-backup", "-p", place, *more, env=s3.environment(port))


def test_our_backup_in_a_store_passes_and_nothing_stays_here(
    s3: S3, ours: Path, dumps: Path, tmp_path: Path
) -> None:
    s3.put(f"nightly/{ours.name}", ours)
    s3.put("nightly/README.txt", Path(__file__))
    drill = drill_of(s3, "nightly", tmp_path)
    assert drill.code == 0, drill.story()
    size = sum(file.stat().st_size for file in ours.rglob("*") if file.is_file())
    found = drill.criterion("backup_found")
    assert f"s3://{BUCKET}/nightly/{ours.name} was fetched: {size / 1e6:,.1f} MB in " in found["detail"]
    assert "checked against checksums.sha256" in found["coverage"]
    nothing_left(drill.run_dir)
