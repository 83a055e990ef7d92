"""Runs with everything that a drill leaves, for those who try to change it unnoticed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.earlier import FollowedDrill
from drill_tui.engine.record.journal import Journal
from drill_tui.engine.record.left_files import left_files
from drill_tui.evidence.chain import follows_now
from drill_tui.programme.aftermath import after_drill
from drill_tui.programme.audit import audit
from drill_tui.programme.earlier import earlier_of
from drill_tui.programme.shelf import read_shelf
from drill_tui.sinks.artifact import write_all
from drill_tui.sinks.evidence import report_of_run
from tests.unit.verdict.drills import Drill

FINDINGS = "verify_20261122T140110Z.json"


def leave_run(artifacts: Path, drill: Drill, follows: tuple[FollowedDrill, ...] | None = None) -> Path:
    """The folder of a run with everything that a drill leaves."""
    follows = follows_now(artifacts) if follows is None else follows
    run_dir = artifacts / drill.run
    (run_dir / "logs").mkdir(parents=True)
    for step in ("restore", "verify", "target-server"):
        (run_dir / "logs" / f"{step}.log").write_text(f"the last words of {step}\n")
    findings = artifacts / FINDINGS
    findings.write_text('{"tables": 18}\n')
    journal = Journal(run_dir / "events.jsonl", drill.run)
    for record in drill.records:
        event = record.event
        if isinstance(event, ev.DrillStarted):
            earlier = earlier_of(event.runbook_id, read_shelf(artifacts))
            event = replace(event, earlier=earlier, follows=follows)
        if isinstance(event, ev.DrillEnded):
            event = replace(event, files=left_files(run_dir, [str(findings)]))
        journal.append(event, record.at)
    journal.close()
    conclude(run_dir)
    return run_dir


def conclude(run_dir: Path) -> None:
    report = report_of_run(run_dir)
    paths = write_all(report, run_dir, run_dir.parent, {}).paths
    after_drill(report, paths[0], run_dir, {"DB_HOST": "db.example"}, pytest.fail)


def unsound(run_dir: Path) -> dict[str, str]:
    return {found.subject: found.says for found in audit(run_dir) if not found.sound}


def report_of(run_dir: Path) -> Path:
    (path,) = run_dir.parent.glob("restore_drill_20261122T140102Z*.json")
    return path
