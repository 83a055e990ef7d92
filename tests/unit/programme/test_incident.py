"""Incidents: opened by failure, lifted only by a passing drill."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drill_tui.engine.record.events import Outcome
from drill_tui.programme.incident import IncidentError, acknowledged, opened, resolved, ticketed
from drill_tui.programme.incident_store import incidents_of
from drill_tui.programme.incident_text import to_markdown
from drill_tui.runbook.plays import Plays
from drill_tui.verdict.roles_report import Participant
from scripts.update_schemas import SCHEMAS
from tests.unit.programme.aftermath_rig import Aftermath, failed, mended
from tests.unit.programme.past import report
from tests.unit.sinks.stories import failed as bad_verification


def test_a_failed_drill_opens_an_incident_that_follows_its_schema(drills: Aftermath) -> None:
    incident = drills.after(failed())
    assert incident is not None
    assert drills.freezing() == [incident.id]
    folder = drills.artifacts / "incidents"
    data = json.loads((folder / f"{incident.id}.json").read_text())
    jsonschema.validate(data, json.loads((SCHEMAS / "incident.schema.json").read_text()))
    page = (folder / f"{incident.id}.md").read_text()
    assert "checksums_verify: missed" in page
    assert "change nothing there" in page
    assert not drills.complaints


def test_the_page_says_who_was_there_and_how_the_log_ended(drills: Aftermath) -> None:
    people = (
        Participant(name="Olga", roles=("lead",)),
        Participant(name="Raj", roles=("operator", "scribe")),
    )
    steps = tuple(
        step.model_copy(update={"result": "fail"}) if step.id == "verify" else step for step in report().steps
    )
    logs = drills.artifacts / "bad-1" / "logs"
    logs.mkdir(parents=True)
    (logs / "verify.log").write_text("".join(f"line {number}\n" for number in range(100)))
    incident = drills.after(failed(participants=people, steps=steps))
    assert incident is not None
    assert incident.participants == ("Olga (lead)", "Raj (operator, scribe)")
    assert incident.log_tail == tuple(f"line {number}" for number in range(60, 100))
    page = to_markdown(incident)
    assert "\n- Olga (lead)\n- Raj (operator, scribe)\n" in page.split("## Who was there")[1]
    assert "    line 99\n" in page.split("## End of the log")[1]


def test_concluding_the_same_drill_again_opens_no_second_incident(drills: Aftermath) -> None:
    drills.after(failed())
    drills.after(failed())
    assert len(drills.freezing()) == 1


@pytest.mark.parametrize("changes", [{"training": True}, {"verdict": "aborted"}])
def test_training_and_a_drill_that_was_stopped_open_none(changes: dict[str, Any], drills: Aftermath) -> None:
    assert drills.after(failed().model_copy(update=changes)) is None
    assert drills.freezing() == []


def test_only_a_passing_drill_of_the_same_runbook_lifts_the_freeze(drills: Aftermath) -> None:
    incident = drills.after(failed())
    assert incident is not None
    with pytest.raises(IncidentError, match=r"no drill of restore-drill of shop on .* has passed since"):
        resolved(incident, "Ada", "", 0.0)
    other = report().runbook.model_copy(update={"id": "another"})
    drills.after(mended("good-0", runbook=other))
    drills.after(mended("good-1", training=True))
    assert drills.freezing() == [incident.id]
    drills.after(mended("good-2"))
    assert drills.freezing() == []
    store = incidents_of(drills.artifacts)
    lifted = store.find("bad-1")
    assert lifted.followed_up_by == "good-2"
    done = resolved(acknowledged(lifted, "Ada", "mine", 1.0), "Ada", "disk replaced", 2.0)
    assert [act.what for act in done.acts] == ["opened", "followed_up", "acknowledged", "resolved"]


def test_text_of_programs_is_no_markup_in_the_page() -> None:
    incident = opened(failed(), "r.json", ("```", "# [x](javascript:1)"), 0.0)
    ticket = ticketed(incident, "[x](javascript:1)", 0.0)
    page = to_markdown(ticket)
    assert "\n    ```\n    # [x](javascript:1)\n" in page
    assert r"ticket: \[x\](javascript:1)" in page


def test_the_page_names_the_backup_and_paths_to_be_copied(drills: Aftermath) -> None:
    theirs = drills.after(failed(backup={"backup": "/b_1/shop_2026", "checksums_sha256": "ab12"}))
    assert theirs
    page = to_markdown(theirs)
    assert "- backup: `/b_1/shop_2026`, SHA-256 of its checksums.sha256 `ab12`\n" in page
    assert f"- run: `{drills.artifacts}/bad-1` on " in page
    own = to_markdown(theirs.model_copy(update={"backup": f"{theirs.run_dir}/backup/shop_2026"}))
    assert "the drill made it" in own
    hostile = to_markdown(theirs.model_copy(update={"backup": "a`<b>"}))
    assert "- backup: a\\`\\<b\\>" in hostile


def test_a_drill_of_the_demo_lifts_only_what_the_demo_raised(drills: Aftermath) -> None:
    demo = {"kind": "demo"}
    own = drills.after(failed())
    assert own
    assert drills.after(mended("demo-1", source=demo)) is None
    assert drills.freezing() == [own.id]
    assert "this was a drill of the demo database. Set DB_HOST" in drills.complaints[0]
    drills.after(mended("good-1"))
    drills.after(failed(source=demo).model_copy(update={"run_id": "bad-2"}))
    assert drills.freezing() == ["incident_bad-2"]
    drills.after(mended("demo-2", source=demo))
    assert drills.freezing() == []


def test_a_demo_that_did_not_start_is_one_too(drills: Aftermath) -> None:
    unopened = failed(source={})
    first = unopened.steps[0].model_copy(update={"plays": Plays.SOURCE, "outcome": Outcome.FAILED})
    unopened = unopened.model_copy(update={"steps": (first, *unopened.steps[1:])})
    found = drills.after(unopened, {"DB_HOST": "db.example"})
    assert found
    assert not found.demo
    found = drills.after(unopened.model_copy(update={"run_id": "bad-2"}))
    assert found
    assert found.demo


def test_a_drill_from_before_the_incident_lifts_nothing(drills: Aftermath) -> None:
    """`clean` reports again on an old run that passed."""
    incident = drills.after(failed())
    assert incident is not None
    drills.after(report(run_id="good-0"))
    assert drills.freezing() == [incident.id]


def torn(drills: Aftermath, name: str = "incident_torn", text: str = "{") -> Path:
    folder = drills.artifacts / "incidents"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(text)
    return path


def test_an_incident_that_cannot_be_read_is_never_passed_over(drills: Aftermath) -> None:
    torn(drills)
    with pytest.raises(IncidentError, match=r"incident_torn\.json cannot be read"):
        drills.freezing()


def test_a_broken_file_stands_in_no_other_incident_s_way(drills: Aftermath) -> None:
    torn(drills)
    incident = drills.after(failed())
    assert incident is not None
    store = incidents_of(drills.artifacts)
    assert store.find("bad-1") == incident
    assert drills.after(mended("good-1")) == store.find("bad-1")
    assert store.find("bad-1").followed_up_by == "good-1"
    (complaint,) = drills.complaints
    assert "incident_torn.json cannot be read" in complaint


def test_an_incident_under_another_s_name_is_broken(drills: Aftermath) -> None:
    incident = drills.after(failed())
    assert incident is not None
    path = torn(drills, "incident_copy", incident.model_dump_json())
    with pytest.raises(IncidentError, match="not what its name says"):
        drills.freezing()
    path.unlink()
    assert drills.freezing() == [incident.id]


def test_two_people_at_once_both_leave_their_mark(drills: Aftermath) -> None:
    incident = drills.after(failed())
    assert incident is not None
    together = threading.Barrier(8)

    def acknowledge(number: int) -> None:
        store = incidents_of(drills.artifacts)
        together.wait(90)
        store.change(incident.id, lambda i: acknowledged(i, f"person {number}", "", 1.0))

    people = [threading.Thread(target=acknowledge, args=(number,)) for number in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    acts = incidents_of(drills.artifacts).find(incident.id).acts
    assert {act.by for act in acts} == {"drill-tui", *(f"person {number}" for number in range(8))}


def test_what_failed_comes_before_what_could_not_be_proven_for_it() -> None:
    incident = opened(bad_verification(), "r.json", (), 0.0)
    results = [problem.result for problem in incident.problems]
    assert results == ["failed", "missed", *["unproven"] * (len(results) - 2)]
    unproven = ", ".join(problem.id for problem in incident.problems[2:])
    assert f"    not proven: {unproven}\n" in to_markdown(incident)
    assert "indexes" in unproven


def test_an_old_incident_still_reads(drills: Aftermath) -> None:
    """Written before incidents told where their run lies."""
    incident = drills.after(failed())
    assert incident is not None
    old = incident.model_dump(mode="json", exclude={"host", "user", "run_dir", "leftovers", "backup"})
    incidents_of(drills.artifacts).path(incident.id).write_text(json.dumps(old))
    assert drills.freezing() == [incident.id]
