"""The verification's report: its published schema, and how it comes to disk."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from drill_tui.postgres.verify.artifact import write_report
from drill_tui.postgres.verify.report import BackupRef, Target, VerifyReport, schema_text

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "verify.schema.json"
MOMENT = datetime(2026, 11, 22, 14, 1, 2, tzinfo=UTC)
REPORT = VerifyReport(
    run_id=None,
    started_at=MOMENT,
    finished_at=MOMENT,
    duration_s=0.0,
    result="unproven",
    target=Target(
        host="localhost",
        port=15432,
        database="zakops_restore",
        user="postgres",
        server_version="18.6",
        server_version_num=180006,
        system_identifier=None,
    ),
    backup=BackupRef(
        path=None,
        backup_id=None,
        nonce=None,
        database=None,
        snapshot_at=None,
        has_manifest=False,
        archive=None,
    ),
    depth="full",
    jobs=2,
    criteria=(),
)


def test_the_published_schema_is_that_of_the_model() -> None:
    assert SCHEMA.read_text() == schema_text(), "docs/schemas/verify.schema.json is stale"


def test_a_report_on_disk_follows_the_schema(tmp_path: Path) -> None:
    path = write_report(REPORT, tmp_path / "not" / "there" / "yet")
    assert path.name == "verify_20261122T140102Z.json"
    jsonschema.validate(json.loads(path.read_text()), json.loads(SCHEMA.read_text()))


def test_a_report_never_overwrites_another_and_leaves_no_scraps(tmp_path: Path) -> None:
    paths = [write_report(REPORT, tmp_path) for _ in range(3)]
    assert len(set(paths)) == 3
    assert set(tmp_path.iterdir()) == set(paths)


def test_a_directory_that_cannot_be_made_is_an_os_error(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    with pytest.raises(OSError, match="taken"):
        write_report(REPORT, taken)
