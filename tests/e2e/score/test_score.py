"""`drill-tui score` on the demo: all is noticed by the right criterion; weaker checks let some live."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drill_tui.faults.catalogue import CATALOGUE
from scripts.update_schemas import SCHEMAS
from tests.bench.measure import clean_environment
from tests.e2e.drill.running import keep_backup, nothing_left

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("score"), pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[3]
HELD_BY_COPIES = [fault for fault in CATALOGUE if fault.injury]
ONE_OF_EACH = {(fault.place, fault.noticed_by[0]): fault for fault in reversed(HELD_BY_COPIES)}
TRIED = HELD_BY_COPIES if os.environ.get("DRILL_SOAK") else [*ONE_OF_EACH.values()]
"""`tests/corpus` tries each by itself; here they cost a drill's checks each, so all only in `make soak`."""


def score(artifacts: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", "drill_tui", "score", "--json", "--artifacts", str(artifacts), *options],
        cwd=ROOT,
        env=clean_environment(DRILL_DEMO_SCALE="0.05"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout or done.returncode == 2, done.stderr
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def fates(found: dict[str, Any]) -> dict[str, str]:
    return {mutant["fault"]: mutant["fate"] for mutant in found["mutants"]}


def test_on_the_demo_every_fault_is_noticed_by_the_right_criterion(tmp_path: Path) -> None:
    code, found, said = score(tmp_path, *(word for fault in TRIED for word in ("--fault", fault.id)))
    shortfalls = {name: fate for name, fate in fates(found).items() if fate != "noticed"}
    assert set(shortfalls.values()) <= {"does not fit"}, (shortfalls, said)
    assert len(found["mutants"]) - len(shortfalls) > len(TRIED) * 0.9
    assert found["false_alarms"] == []
    assert code == 0, said
    jsonschema.validate(found, json.loads((SCHEMAS / "score.schema.json").read_text()))
    tried = [mutant for mutant in found["mutants"] if mutant["fate"] == "noticed"]
    for rule in ("exit_code", "size", "rows"):
        assert 0 < sum(mutant["naive"][rule] for mutant in tried) < len(tried) / 2
    run_dir = tmp_path / found["run_id"]
    assert "What this drill would notice" in (run_dir / "report.html").read_text()
    assert not (run_dir / "private").exists()
    (report,) = tmp_path.glob("restore_drill_*.json")
    assert json.loads(report.read_text())["score"]["noticed"] == str(len(tried))


BLIND = """#!/bin/sh
for criterion in required_tables data_integrity foreign_keys indexes schema; do
    printf '{"criterion":"%s","result":"met","detail":"not looked"}\\n' "$criterion" >> "$DRILL_EVIDENCE"
done
echo verify_report=/dev/null >> "$DRILL_OUTPUT"
"""


def test_checks_that_do_not_look_let_faults_survive(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("runbooks", "checks"):
        (project / name).mkdir(parents=True)
    (project / "scripts").symlink_to(ROOT / "scripts")
    (project / "checks/blind.sh").write_text(BLIND)
    (project / "checks/blind.sh").chmod(0o755)
    text = (ROOT / "runbooks/restore-drill.yaml").read_text()
    blind = re.sub(r"run: \[scripts/verify\.sh, [^\n]*\]", "run: [checks/blind.sh]", text)
    assert blind != text
    (project / "runbooks/restore-drill.yaml").write_text(blind)
    code, found, said = score(
        tmp_path / "artifacts",
        *("--project", str(project), "--fault", "value-changed", "--fault", "data-missing"),
    )
    assert fates(found) == {"value-changed": "survived", "data-missing": "noticed"}, said
    assert code == 1
    assert found["mutants"][0]["fault"] == "value-changed"
    assert "scripts/verify.sh would have noticed" in found["mutants"][0]["advice"]


def test_a_fault_that_no_copy_can_hold_is_wrong_usage(tmp_path: Path) -> None:
    code, _, said = score(tmp_path, "--fault", "disk-full-during-backup")
    assert code == 2
    assert "no copy can hold" in said
    assert not [*tmp_path.iterdir()]


@pytest.fixture(scope="module")
def nightly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with one backup of the demo, which is gone: a score needs no source."""
    return keep_backup(tmp_path_factory.mktemp("score"), {"DRILL_DEMO_SCALE": "0.05"})


OF_A_BACKUP = ("--fault", "value-changed", "--fault", "row-deleted", "--fault", "data-missing")


@pytest.mark.parametrize("named", ["the directory", "the backup"])
def test_a_backup_that_is_there_is_scored_and_left_as_it_is(
    nightly: Path, tmp_path: Path, named: str
) -> None:
    (backup,) = nightly.iterdir()
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files_of(backup)}
    place = nightly if named == "the directory" else backup
    code, found, said = score(tmp_path, "--backup", str(place), *OF_A_BACKUP)
    assert fates(found) == dict.fromkeys(("value-changed", "row-deleted", "data-missing"), "noticed"), said
    assert (code, found["backup"], found["false_alarms"]) == (0, backup.name, []), said
    assert found["checks"] == ["find_backup", "check_backup", "verify"]
    after = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files_of(backup)}
    assert after == before
    assert list(nightly.iterdir()) == [backup]
    (path,) = tmp_path.glob("restore_drill_*.json")
    report = json.loads(path.read_text())
    assert (report["runbook"]["id"], report["verdict"]) == ("latest-backup", "pass")
    assert report["score"]["tried"] == report["score"]["noticed"] == "3"
    nothing_left(tmp_path / found["run_id"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--backup", "nowhere"), "there is no such folder"),
        (("--backup", ".", "--param", "backups=."), "exclude each other"),
    ],
)
def test_a_backup_that_is_not_there_is_wrong_usage(
    tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    code, _, said = score(tmp_path, *options)
    assert code == 2
    assert says in said
    assert not [*tmp_path.iterdir()]


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
