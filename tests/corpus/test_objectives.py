"""A sound backup that is too old, and a restore that takes too long, fail the drill by name."""

from __future__ import annotations

import pytest

from drill_tui.faults.catalogue import BY_ID
from drill_tui.faults.fault import InBackup
from drill_tui.faults.inject import break_backup
from tests.corpus.broken_backup import Good
from tests.e2e.drill.running import ROOT, Drill, run_drill

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("objectives")]


@pytest.fixture(scope="module")
def drill(good: Good, tmp_path_factory: pytest.TempPathFactory) -> Drill:
    """One drill of a backup that is 25 h old, against an RTO of one second."""
    project = tmp_path_factory.mktemp("project")
    (project / "scripts").symlink_to(ROOT / "scripts")
    (project / "runbooks").mkdir()
    text = (ROOT / "runbooks" / "latest-backup.yaml").read_text()
    assert "max: 30m" in text
    (project / "runbooks" / "latest-backup.yaml").write_text(text.replace("max: 30m", "max: 1s"))
    backups = project / "backups"
    backups.mkdir()
    backup = good.copy_to(backups)
    aged = BY_ID["backup-of-yesterday"].injury
    assert isinstance(aged, InBackup)
    break_backup(backup, aged)
    return run_drill(
        project / "artifacts",
        *("--project", str(project), "--runbook", "latest-backup"),
        env={"DRILL_BACKUPS": str(backups)},
    )


def test_yesterdays_backup_misses_a_24_hour_objective(drill: Drill) -> None:
    assert drill.code == 1, drill.story()
    assert drill.criterion("rpo")["result"] == "missed"
    assert drill.report["rpo"]["actual_s"] > 25 * 3600


def test_a_restore_slower_than_its_objective_misses_it(drill: Drill) -> None:
    assert drill.criterion("rto")["result"] == "missed"
    assert drill.report["rto"]["met"] is False


def test_nothing_else_is_held_against_it(drill: Drill) -> None:
    missed = {c["id"] for c in drill.report["criteria"] if c["result"] != "met"}
    assert missed == {"rpo", "rto"}
