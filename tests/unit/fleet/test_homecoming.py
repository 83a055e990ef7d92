"""What becomes of a drill whose worker died beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.engine.record.events import CleanupResult, EndReason
from drill_tui.evidence.chain import chain
from drill_tui.fleet.homecoming import NOTE_NAME, Note, bring_home_abandoned, note_down
from drill_tui.fleet.ledger import Began, Ledger
from drill_tui.programme.shelf import read_shelf
from tests.unit.programme.audit_rig import leave_run
from tests.unit.sinks.stories import failing
from tests.unit.verdict.drills import whole_drill


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    note_down(folder, Note(number=1, database="orders", host="one", began_at=5.0, runs_before=()))
    return folder


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    Ledger(tmp_path / "evidence").begin(Began(number=1, database="orders", host="one", at=5.0))
    return tmp_path / "evidence"


def passes(folder: Path) -> int:
    return sum(drill.passed for drill in read_shelf(folder).drills)


def test_one_that_came_to_its_own_end_counts(work: Path, evidence: Path) -> None:
    run = leave_run(work, whole_drill())
    over = bring_home_abandoned(work, evidence)
    assert over is not None
    assert (over.outcome, over.verdict, over.run_id) == ("ended", "pass", run.name)
    assert passes(evidence) == 1
    assert not (work / NOTE_NAME).exists()


def test_one_that_failed_by_itself_is_no_reason_to_try_again(work: Path, evidence: Path) -> None:
    leave_run(work, failing())
    over = bring_home_abandoned(work, evidence)
    assert over is not None
    assert (over.outcome, over.verdict) == ("ended", "fail")


@pytest.mark.parametrize("result", [CleanupResult.CLEAN, CleanupResult.LEFTOVERS])
def test_what_a_failed_one_could_not_remove_is_told(
    result: CleanupResult, work: Path, evidence: Path
) -> None:
    leave_run(work, failing().clean_up(EndReason.FAILED, result))
    over = bring_home_abandoned(work, evidence)
    assert over is not None
    assert over.left_something is (result is CleanupResult.LEFTOVERS)


def test_one_that_never_came_to_a_report_is_lost(work: Path, evidence: Path) -> None:
    over = bring_home_abandoned(work, evidence)
    assert over is not None
    assert (over.outcome, over.verdict, over.reason) == ("lost", "", "its worker on one is gone")


def test_one_that_was_given_up_stays_lost_and_its_pass_is_set_aside(work: Path, evidence: Path) -> None:
    run = leave_run(work, whole_drill())
    lost = Ledger(evidence).give_up("orders", 1)
    assert bring_home_abandoned(work, evidence) == lost
    assert (passes(work), passes(evidence)) == (0, 0)
    kept = evidence / "lost" / run.name
    assert (kept / "events.jsonl").is_file()
    assert list(kept.glob("restore_drill_*.json"))
    assert not (evidence / run.name).exists()
    assert all(finding.sound is not False for finding in chain(evidence))
    assert bring_home_abandoned(work, evidence) is None


def test_an_older_run_is_not_taken_for_it(work: Path, evidence: Path) -> None:
    old = leave_run(work, whole_drill())
    note_down(work, Note(number=1, database="orders", host="one", began_at=5.0, runs_before=(old.name,)))
    over = bring_home_abandoned(work, evidence)
    assert over is not None
    assert (over.outcome, over.run_id) == ("lost", "")
    assert passes(evidence) == 1
