"""Past drills and incidents on disk, so that screens have something to open."""

from __future__ import annotations

import json
from pathlib import Path

from drill_tui.engine.record.journal import Journal
from drill_tui.programme.incident import Incident, followed_up, opened
from drill_tui.tui.places import Places
from drill_tui.verdict.fold import fold
from tests.tui.storyteller import Storyteller, restore_lines


def leave_journal(places: Places, story: Storyteller, run_id: str) -> Path:
    """Leave the journal of a told drill; without a report it is one that was cut off.  Returns its folder."""
    run_dir = places.artifacts_dir / run_id
    run_dir.mkdir()
    journal = Journal(run_dir / "events.jsonl", run_id)
    for record in story.records:
        journal.append(record.event, record.at)
    journal.close()
    return run_dir


def leave_drill(places: Places, story: Storyteller, run_id: str) -> None:
    """Leave the report and the journal of a told drill, as if it had run."""
    run_dir = leave_journal(places, story, run_id)
    report = json.loads(fold(story.records).model_dump_json()) | {"run_id": run_id}
    (run_dir / "report.md").write_text("# A report\n", encoding="utf-8")
    (places.artifacts_dir / f"restore_drill_{run_id}.json").write_text(json.dumps(report), encoding="utf-8")


def incident_of(story: Storyteller, number: int) -> Incident:
    """The incident that a told drill raises, as many days later."""
    report = fold(story.records).model_copy(update={"run_id": f"restore-drill_{number:04}"})
    at = story.now + 86_400 * number
    return opened(report, f"restore_drill_{number:04}.json", tuple(restore_lines(12)), at)


def leave_incident(places: Places, number: int = 1, *, followed: bool = False) -> Incident:
    """Leave the incident of a failed drill; `followed` by one that passed, so that it can be resolved."""
    story = Storyteller().failed()
    incident = incident_of(story, number)
    if followed:
        incident = followed_up(incident, "restore-drill_9999", story.now + 86_400 * number + 3600)
    places.incidents().save(incident)
    return incident


def leave_drill_of(places: Places, runbook: str) -> None:
    """Leave the report of a drill of another runbook, newer than the rest."""
    report = json.loads((places.artifacts_dir / "restore_drill_01.json").read_text(encoding="utf-8"))
    report |= {"run_id": f"{runbook}_0001", "timestamp": "2026-12-24T10:00:00Z"}
    report["runbook"]["id"] = runbook
    (places.artifacts_dir / f"restore_drill_{runbook}.json").write_text(json.dumps(report), encoding="utf-8")
