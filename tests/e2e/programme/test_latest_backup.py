"""Drilling the newest backup of a directory: ours, one by plain pg_dump, one that was cut off."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest

from drill_tui.programme.backups import read_backups
from drill_tui.programme.shelf import read_shelf
from scripts.update_schemas import SCHEMAS
from tests.e2e.drill.running import Drill, run_drill

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("latest-backup")]


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one backup, which a drill made and kept."""
    folder = tmp_path_factory.mktemp("backups")
    made = run_drill(
        folder / "artifacts", "--param", f"backup_dir={folder / 'nightly'}", "--param", "keep_backup=true"
    )
    assert made.code == 0, made.story()
    return folder / "nightly"


def drill_latest(backups: Path, artifacts: Path) -> Drill:
    return run_drill(artifacts, "--runbook", "latest-backup", env={"DRILL_BACKUPS": str(backups)})


def plain_sql(backup: Path, folder: Path) -> None:
    """The backup as plain SQL, as another team's cron job would have left it."""
    from drill_tui.postgres.tools import find_tools

    tools = find_tools(environment={}, min_major=18)
    argv = [str(tools.bin_dir / "pg_restore"), "--file", str(folder / "theirs.sql"), str(backup / "dump")]
    subprocess.run(argv, check=True, timeout=60, capture_output=True)


def test_our_newest_backup_passes_and_counts_as_proven(backups: Path, tmp_path: Path) -> None:
    drill = drill_latest(backups, tmp_path)
    assert drill.code == 0, drill.story()
    (backup,) = read_backups(backups, read_shelf(tmp_path).drills).backups
    assert backup.proven_by == drill.report["run_id"]
    age_s = (datetime.now(UTC) - backup.at).total_seconds()
    assert 0 < drill.report["rpo"]["actual_s"] <= age_s
    assert Path(backup.path).is_dir()
    told, sums = drill.report["backup"], (Path(backup.path) / "checksums.sha256").read_bytes()
    assert (told["backup_id"], told["checksums_sha256"]) == (backup.name, sha256(sums).hexdigest())
    manifest = json.loads((Path(backup.path) / "manifest.json").read_text())
    jsonschema.validate(manifest, json.loads((SCHEMAS / "manifest.schema.json").read_text()))
    assert drill.report["tools"]["schema_sha256"] == manifest["schema_sha256"]
    assert read_shelf(tmp_path).drills[0].size_bytes == manifest["database"]["size_bytes"]


@pytest.fixture
def theirs(backups: Path, tmp_path: Path) -> Path:
    """A directory with one plain dump, newer than ours but without a manifest."""
    (ours,) = backups.iterdir()
    folder = tmp_path / "theirs"
    folder.mkdir()
    plain_sql(ours, folder)
    return folder


def test_a_dump_without_a_manifest_is_restored_and_unproven(theirs: Path, tmp_path: Path) -> None:
    drill = drill_latest(theirs, tmp_path / "whole")
    assert drill.code == 1, drill.story()
    assert drill.criterion("restore_completes")["result"] == "met", drill.story()
    assert drill.criterion("data_integrity")["result"] == "unproven"
    assert read_backups(theirs, read_shelf(tmp_path / "whole").drills).backups[0].proven_by is None


def test_a_dump_that_was_cut_off_is_found_before_any_restore(theirs: Path, tmp_path: Path) -> None:
    text = (theirs / "theirs.sql").read_text()
    (theirs / "theirs.sql").write_text(text[: len(text) * 2 // 3])
    drill = drill_latest(theirs, tmp_path / "cut")
    assert drill.code == 1, drill.story()
    assert drill.criterion("checksums_verify")["result"] == "missed"
    assert drill.criterion("restore_completes")["result"] == "unproven"


def test_an_empty_directory_is_a_finding_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    drill = drill_latest(tmp_path / "none", tmp_path / "artifacts")
    assert drill.code == 1, "last night's backup is missing: that is a finding, not an obstacle"
    assert drill.criterion("backup_found")["result"] == "missed"
    assert "holds no complete backup" in (drill.report["failure_reason"] or "")
    assert "Traceback" not in drill.story()
    shutil.rmtree(tmp_path / "none")
