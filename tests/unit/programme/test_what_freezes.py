"""Which verdict opens an incident, which one holds production, and what the page says to type."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from drill_tui.cli.exits import Exit
from drill_tui.cli.incidents import change_incident, check_freeze
from drill_tui.programme.audit_beside import incident as audited
from drill_tui.programme.due import judge
from drill_tui.programme.incident_store import incidents_of, read_incident
from drill_tui.programme.incident_text import to_markdown
from drill_tui.programme.shelf import read_shelf
from drill_tui.runbook.load import load
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.unit.programme.aftermath_rig import Aftermath, could_not_tell, failed, mended
from tests.unit.programme.past import NOW, leave
from tests.unit.verdict.drills import RUNBOOK, STEPS, Drill

RUNBOOK_FILE = Path(__file__).parents[3] / "runbooks" / "restore-drill.yaml"


def unproven(freeze_on: str = "") -> Report:
    """What a plain pg_dump of somebody else comes to."""
    head = f"id: restore-drill\nfreeze_on: {freeze_on}" if freeze_on else "id: restore-drill"
    drill = Drill(text=RUNBOOK.replace("id: restore-drill", head, 1)).start().passed(*STEPS[:-1])
    return fold(drill.open("verify").attempt("verify", evidence={}).close("verify").clean_up().records)


def test_what_nobody_could_know_opens_no_incident_and_holds_nothing(drills: Aftermath) -> None:
    ended = unproven()
    assert (ended.verdict, ended.freezes) == ("unproven", False)
    assert drills.after(ended) is None
    assert incidents_of(drills.artifacts).every() == []
    assert list(audited(ended, drills.artifacts / ended.run_id, "")) == []


def test_a_runbook_can_ask_that_production_waits_for_proof(drills: Aftermath) -> None:
    incident = drills.after(unproven("[fail, unproven]"))
    assert incident is not None
    assert drills.freezing() == [incident.id]
    assert "ended with **unproven**" in to_markdown(incident)
    drills.after(mended("good-1"))
    assert drills.freezing() == []


def test_a_mistake_in_the_address_opens_one_incident_and_never_freezes(drills: Aftermath) -> None:
    for number in (1, 2, 3):
        drills.after(could_not_tell(f"bad-{number}", failure_reason=f"no such host {number}"))
    (incident,) = incidents_of(drills.artifacts).every()
    assert [act.what for act in incident.acts] == ["opened", "seen_again", "seen_again"]
    assert incident.acts[-1].note == "bad-3: no such host 3"
    assert (incident.waits, incident.freezes, drills.freezing()) == (True, False, [])
    assert check_freeze(False, None, drills.artifacts) == Exit.PASSED
    page = to_markdown(incident)
    assert "Production: this incident does not hold it" in page
    assert "lifts the freeze" not in page
    for number in (1, 2, 3):
        ended = could_not_tell(f"bad-{number}", failure_reason=f"no such host {number}")
        assert [check.sound for check in audited(ended, drills.artifacts / ended.run_id, "")] == [True]


def test_a_drill_is_added_to_an_incident_once(drills: Aftermath) -> None:
    for run in ("bad-1", "bad-2", "bad-2", "bad-1"):
        drills.after(could_not_tell(run))
    (incident,) = incidents_of(drills.artifacts).every()
    assert [act.what for act in incident.acts] == ["opened", "seen_again"]


def test_an_error_is_added_to_the_failure_that_holds_production(drills: Aftermath) -> None:
    drills.after(failed())
    drills.after(could_not_tell("bad-2"))
    (incident,) = incidents_of(drills.artifacts).every()
    assert (incident.verdict, incident.freezes) == ("fail", True)
    drills.after(failed(run_id="bad-3"))
    assert drills.freezing() == ["incident_bad-1", "incident_bad-3"], "each failure has its own"


def test_an_error_of_another_database_is_another_incident(drills: Aftermath) -> None:
    source = {"host": "db.example", "port": "5432", "dbname": "shop"}
    drills.after(could_not_tell("bad-1", source=source))
    drills.after(could_not_tell("bad-2", source={**source, "dbname": "till"}))
    assert len(incidents_of(drills.artifacts).every()) == 2


def test_a_passing_drill_follows_up_what_could_not_tell(drills: Aftermath) -> None:
    drills.after(could_not_tell())
    drills.after(mended("good-1"))
    (incident,) = incidents_of(drills.artifacts).every()
    assert (incident.followed_up_by, incident.waits) == ("good-1", False)


def test_what_holds_nothing_can_be_closed_by_hand(drills: Aftermath) -> None:
    drills.after(could_not_tell())
    assert change_incident("resolve", "bad-1", "Ada", "a typo", None, drills.artifacts) == Exit.PASSED
    drills.after(could_not_tell("bad-2"))
    assert len(incidents_of(drills.artifacts).every()) == 2, "a resolved one takes nothing in"


def test_every_command_of_an_incident_finds_the_folder_that_was_named(drills: Aftermath) -> None:
    option = " --artifacts '/srv/two words'"
    incident = drills.after(failed(), options=option)
    assert incident is not None
    commands = [part for part in to_markdown(incident).split("`")[1::2] if part.startswith("drill-tui ")]
    assert {command.split()[1] for command in commands} == {"incident", "freeze", "--auto", "replay"}
    assert [c for c in commands if option not in c] == []
    (check,) = audited(failed(), drills.artifacts / "bad-1", "")
    assert check.sound, check


def test_a_runbook_outside_a_project_is_named_by_its_path(drills: Aftermath) -> None:
    ref = failed().runbook.model_copy(update={"path": "/home/ann/my drill.yaml"})
    incident = drills.after(failed(runbook=ref))
    assert incident is not None
    assert any("--runbook '/home/ann/my drill.yaml'" in step for step in incident.next_steps)


def test_an_incident_of_before_holds_production_as_it_did(drills: Aftermath) -> None:
    drills.after(could_not_tell())
    path = incidents_of(drills.artifacts).path("incident_bad-1")
    old = json.loads(path.read_text())
    del old["holds_production"], old["options"]
    path.write_text(json.dumps(old))
    assert read_incident(path).freezes


@pytest.mark.parametrize("verdict", ["unproven", "error", "aborted", "fail"])
def test_a_drill_that_did_not_pass_leaves_the_cadence_unsatisfied_and_is_named(
    tmp_path: Path, verdict: str
) -> None:
    leave(tmp_path, timedelta(days=40))
    leave(tmp_path, timedelta(hours=2), verdict=verdict, passed=False, failure_reason="x")
    past = read_shelf(tmp_path).drills
    judged = judge(load(RUNBOOK_FILE).runbook, past, now=NOW.timestamp(), current={})
    auto = next(duty for duty in judged.duties if duty.kind == "auto")
    assert auto.state != "satisfied"
    assert auto.why.endswith(f"ended with {verdict} 2 h ago, which does not count")
