"""Drilling the newest backup of a directory: ours, one by plain pg_dump, one that was cut off."""

from __future__ import annotations

import gzip
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
from tests.e2e.drill.running import SHOP, Drill, keep_backup, run_drill
from tests.servers import binaries, start_cluster

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("latest-backup")]


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one backup, which a drill made and kept."""
    return keep_backup(tmp_path_factory.mktemp("backups"))


def drill_latest(backups: Path, artifacts: Path) -> Drill:
    return run_drill(artifacts, "--runbook", "latest-backup", env={"DRILL_BACKUPS": str(backups)})


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


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another team's dumps of one database, in every format of pg_dump, each in a folder of its own."""
    folder = tmp_path_factory.mktemp("dumps")
    with start_cluster(binaries(18)) as server:
        server.create_database("shop")
        server.sql("shop", *SHOP)
        for form, flag in (("dump", "-Fc"), ("dir", "-Fd"), ("tar", "-Ft"), ("sql", "-Fp")):
            (folder / form).mkdir()
            argv = (server.bin_dir / "pg_dump", flag, "-f", folder / form / f"theirs.{form}")
            subprocess.run(argv, env=server.libpq("shop"), check=True)
    (folder / "sql.gz").mkdir()
    (folder / "sql.gz/theirs.sql.gz").write_bytes(gzip.compress((folder / "sql/theirs.sql").read_bytes()))
    return folder


@pytest.mark.parametrize("form", ["dump", "dir", "tar", "sql", "sql.gz"])
def test_a_dump_without_a_manifest_is_restored_and_unproven(dumps: Path, form: str, tmp_path: Path) -> None:
    drill = drill_latest(dumps / form, tmp_path)
    assert drill.code == 6, drill.story()
    assert drill.report["verdict"] == "unproven"
    assert "UNPROVEN  not proven: " in drill.stdout
    for met in ("backup_found", "restore_completes", "rpo"):
        assert drill.criterion(met)["result"] == "met", drill.story()
    lists_its_contents = not form.startswith("sql")
    assert drill.criterion("foreign_keys")["result"] == ("met" if lists_its_contents else "unproven")
    assert drill.criterion("data_integrity")["result"] == "unproven"
    assert read_backups(dumps / form, read_shelf(tmp_path).drills).backups[0].proven_by is None


def test_a_dump_that_was_cut_off_is_found_before_any_restore(dumps: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    text = (dumps / "sql/theirs.sql").read_text()
    (tmp_path / "theirs/theirs.sql").write_text(text[: len(text) * 2 // 3])
    drill = drill_latest(tmp_path / "theirs", tmp_path / "cut")
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
