"""The escalation as the on-call walks through it at night, command by command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.incidents import change_incident, check_freeze, list_incidents, show_incident, tell_freeze
from drill_tui.cli.series import due
from scripts.update_schemas import SCHEMAS
from tests.unit.programme.aftermath_rig import Aftermath, failed, mended

STYLED = re.compile(r"\x1b\[[0-9;]*m")
Capture = pytest.CaptureFixture[str]


def freeze(drills: Aftermath) -> Exit:
    return check_freeze(False, None, drills.artifacts)


def change(how: str, drills: Aftermath, by: str = "Ada") -> Exit:
    return change_incident(how, "bad-1", by, "a note", None, drills.artifacts)


def test_from_the_failure_to_the_end_of_the_freeze(drills: Aftermath, capsys: Capture) -> None:
    assert freeze(drills) == Exit.PASSED
    drills.after(failed())
    assert freeze(drills) == Exit.FAILED
    said = capsys.readouterr().out
    assert "bad-1: restore-drill of shop on db.example ended with fail: checksums_verify: missed" in said
    assert tell_freeze(False, None, drills.artifacts) == Exit.PASSED, "it tells; --check is for pipelines"
    told = capsys.readouterr().out
    assert told.splitlines()[:2] == said.splitlines()[1:], "the same words"
    assert "lifts it:\n  drill-tui --auto --runbook restore-drill" in told
    assert change("ack", drills) == Exit.PASSED
    assert change("ack", drills, by="Grace") == Exit.PASSED
    said = capsys.readouterr().out
    assert "acknowledged by Grace (acknowledged by Ada at" in said
    assert "drill-tui --auto --runbook restore-drill" in said
    with pytest.raises(UserError, match=r"no drill of restore-drill of shop on .* has passed") as refused:
        change("resolve", drills)
    assert refused.value.code == Exit.FAILED
    drills.after(mended("good-1"))
    assert freeze(drills) == Exit.PASSED
    assert change("resolve", drills) == Exit.PASSED
    with pytest.raises(UserError, match="is resolved already, by Ada at"):
        change("ack", drills, by="Grace")


def test_in_80_columns_a_reason_has_a_line_of_its_own(
    drills: Aftermath, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "checksums_verify: missed – two files of the backup are not what they were when it was made"
    drills.after(failed(failure_reason=reason))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    list_incidents(False, False, None, drills.artifacts)
    lines = [STYLED.sub("", line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0].split() == ["Opened", "Incident", "State", "Verdict"]
    assert " ".join(line.strip() for line in lines[2:]) == reason
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("is_frozen", [True, False])
def test_freeze_and_list_follow_their_schemas(is_frozen: bool, drills: Aftermath, capsys: Capture) -> None:
    drills.after(failed() if is_frozen else mended("good-1"))
    check_freeze(True, None, drills.artifacts)
    told = json.loads(capsys.readouterr().out)
    jsonschema.validate(told, json.loads((SCHEMAS / "freeze.schema.json").read_text()))
    assert (told["frozen"], len(told["reasons"])) == (is_frozen, int(is_frozen))
    list_incidents(True, False, None, drills.artifacts)
    listed = json.loads(capsys.readouterr().out)
    assert len(listed) == int(is_frozen)
    for incident in listed:
        jsonschema.validate(incident, json.loads((SCHEMAS / "incident.schema.json").read_text()))


def test_the_page_names_the_commands_to_type(drills: Aftermath, capsys: Capture) -> None:
    drills.after(failed())
    show_incident("bad-1", False, None, drills.artifacts)
    page = capsys.readouterr().out
    for command in ("incident ack incident_bad-1", "incident resolve incident_bad-1", "freeze --check"):
        assert f"`drill-tui {command}" in page
    assert "`drill-tui replay bad-1`" in page


@pytest.mark.parametrize(
    ("name", "why"), [("nope", "no incident fits 'nope'"), ("bad", "fits 2 incidents; be more exact")]
)
def test_a_name_that_fits_none_or_many(name: str, why: str, drills: Aftermath) -> None:
    drills.after(failed())
    drills.after(failed().model_copy(update={"run_id": "bad-2"}))
    with pytest.raises(UserError, match=why) as refused:
        show_incident(name, False, None, drills.artifacts)
    assert refused.value.code == Exit.USAGE


def test_the_list_hides_what_is_resolved_and_says_so(drills: Aftermath, capsys: Capture) -> None:
    assert list_incidents(False, False, None, drills.artifacts) == Exit.PASSED
    assert capsys.readouterr().out == "No incidents.\n"
    drills.after(failed())
    list_incidents(False, False, None, drills.artifacts)
    assert "lifted" not in capsys.readouterr().out
    drills.after(mended("good-1"))
    list_incidents(False, False, None, drills.artifacts)
    assert "open, lifted" in capsys.readouterr().out
    change("resolve", drills)
    capsys.readouterr()
    list_incidents(False, False, None, drills.artifacts)
    assert capsys.readouterr().out == "No open incident; 1 resolved (--all shows them).\n"
    list_incidents(False, True, None, drills.artifacts)
    assert "resolved" in capsys.readouterr().out


def test_a_broken_file_is_named_and_still_freezes(drills: Aftermath, project: Path, capsys: Capture) -> None:
    drills.after(failed())
    (drills.artifacts / "incidents" / "incident_torn.json").write_text("{")
    assert list_incidents(True, True, None, drills.artifacts) == Exit.ERROR
    told = capsys.readouterr()
    assert [incident["id"] for incident in json.loads(told.out)] == ["incident_bad-1"]
    assert "incident_torn.json cannot be read" in told.err
    drills.after(mended("good-1"))
    assert freeze(drills) == Exit.FAILED
    assert due(True, None, False, project, drills.artifacts) == Exit.ERROR


def test_due_asks_for_the_follow_up_drill(drills: Aftermath, project: Path, capsys: Capture) -> None:
    drills.after(failed())
    assert due(True, None, False, project, drills.artifacts) == Exit.FAILED
    report = json.loads(capsys.readouterr().out)
    jsonschema.validate(report, json.loads((SCHEMAS / "due.schema.json").read_text()))
    duty = report["runbooks"][0]["duties"][0]
    assert (duty["kind"], duty["why"]) == (
        "follow_up",
        "incident_bad-1 is open; only a passing drill lifts it",
    )


def test_a_broken_runbook_keeps_nobody_from_the_others(
    drills: Aftermath, project: Path, capsys: Capture
) -> None:
    (project / "runbooks" / "broken.yaml").write_text("version: 1\nid: [")
    metrics = project / "due.prom"
    assert due(False, metrics, False, project, drills.artifacts) == Exit.ERROR
    told = capsys.readouterr()
    assert "restore-drill: due" in told.out
    assert "broken.yaml" in told.err
    assert 'drill_tui_due{runbook="restore-drill"} 1.0' in metrics.read_text()


def test_a_folder_that_cannot_be_written_to_is_an_error_in_a_sentence(drills: Aftermath) -> None:
    (drills.artifacts / "incidents").write_text("in the way")
    assert drills.after(failed()) is None
    (complaint,) = drills.complaints
    assert complaint.startswith("The incident could not be recorded: ")
    assert "Errno" not in complaint
    assert "`drill-tui freeze --check` does not know of it" in complaint
