"""What debriefs agree on: read from the reports, open until somebody says that it is done."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from drill_tui.cli.incidents import list_actions
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.agreed import Agreed, read_agreed
from drill_tui.engine.run.gates import field_objection
from drill_tui.programme.agreed_actions import AgreedAction, agreed_actions, done_now, say_done
from drill_tui.programme.incident import IncidentError
from drill_tui.programme.shelf import read_shelf
from drill_tui.programme.tables import print_agreed
from drill_tui.sinks.artifact import report_json
from drill_tui.verdict.fold import fold
from scripts.update_schemas import SCHEMAS
from tests.tui.storyteller import Storyteller

NOW = 1_795_000_000.0
"""18 November 2026."""
TEXT = "Add the role; to globals.sql; Grace; 2026-11-01\n\nDrill at night; Ada; 2026-12-31"
FIELD = ev.GateField(id="agreed", label="What we do about it", type="actions")
GATE = ev.GateOpened(step="debrief", kind="note", prompt="What surprised you?", fields=(FIELD,))


def test_an_action_has_an_owner_and_a_date_and_may_hold_a_semicolon() -> None:
    first, second = read_agreed(TEXT)
    assert first == Agreed("Add the role; to globals.sql", "Grace", date(2026, 11, 1))
    assert second.owner == "Ada"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Add the role", "line 1 needs an owner and a date"),
        ("a; b; 2026-12-31\nAdd; ; 2026-12-31", "line 2 needs an owner"),
        ("Add; Grace; tomorrow", "'tomorrow' is no date"),
    ],
)
def test_what_is_no_action_is_refused_with_its_line(text: str, problem: str) -> None:
    assert problem in field_objection(FIELD, text)
    assert field_objection(FIELD, TEXT) == ""


@pytest.fixture
def drilled(tmp_path: Path) -> Path:
    """A folder of reports whose last drill has agreed on two actions."""
    story = Storyteller().until_verified().begin("debrief").tell(GATE)
    story.tell(ev.GateAnswered(step="debrief", answer="approved", values={"agreed": TEXT}))
    report = fold(story.end("debrief").clean_up().records)
    (tmp_path / "restore_drill_1.json").write_text(report_json(report), encoding="utf-8")
    return tmp_path


def actions(artifacts: Path) -> list[AgreedAction]:
    return agreed_actions(read_shelf(artifacts).drills, artifacts / "incidents")


def test_actions_are_open_until_somebody_says_that_they_are_done(drilled: Path) -> None:
    late, later = actions(drilled)
    assert (late.owner, late.overdue(NOW), later.overdue(NOW)) == ("Grace", True, False)
    say_done(actions(drilled), late.id, done_now("Grace", "merged", NOW), drilled / "incidents")
    assert [(a.owner, a.done is None) for a in actions(drilled)] == [("Grace", False), ("Ada", True)]
    with pytest.raises(IncidentError, match="fits no open action"):
        say_done(actions(drilled), late.id, done_now("Ada", "", NOW), drilled / "incidents")


def test_the_table_names_who_is_late_and_leaves_out_what_is_done(drilled: Path) -> None:
    late, later = actions(drilled)
    said = io.StringIO()
    print_agreed([late, later.model_copy(update={"done": done_now("Ada", "", NOW)})], said, NOW)
    assert "2026-11-01  overdue  Grace" in said.getvalue()
    assert "Drill at night" not in said.getvalue()


def test_the_list_for_scripts_follows_its_schema(drilled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say_done(actions(drilled), actions(drilled)[0].id, done_now("Ada", "", NOW), drilled / "incidents")
    capsys.readouterr()
    list_actions(True, True, None, drilled)
    told = json.loads(capsys.readouterr().out)
    schema = json.loads((SCHEMAS / "agreed_action.schema.json").read_text())
    assert len(told) == 2
    for action in told:
        jsonschema.validate(action, schema)


def test_what_is_done_and_cannot_be_read_is_said(drilled: Path) -> None:
    (drilled / "incidents").mkdir()
    (drilled / "incidents" / "actions_done.json").write_text(json.dumps(["x"]))
    with pytest.raises(IncidentError, match="cannot be read"):
        actions(drilled)
