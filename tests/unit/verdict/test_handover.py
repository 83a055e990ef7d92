"""A role that goes to somebody else: who has it then, and that every artifact tells it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.codec import from_data, to_data
from drill_tui.engine.record.journal import read_journal
from drill_tui.engine.record.people import handed_over
from drill_tui.runbook.mode import Mode
from drill_tui.sinks.console import ConsoleSink
from drill_tui.sinks.html import html
from drill_tui.sinks.markdown import markdown
from drill_tui.tui.story import story
from drill_tui.verdict.fold import fold
from drill_tui.verdict.report import Report
from tests.unit.verdict.drills import Drill

OLD = Path(__file__).parents[2] / "data" / "journals" / "passed-auto-demo.jsonl"
SAID = "Ada handed the role lead over to Mary, said by Ben"


def handover(**changes: object) -> ev.RoleHandedOver:
    told = {"role": "lead", "had": "Ada", "has": "Mary", "by": "Ben", **changes}
    event = from_data(ev.RoleHandedOver.TYPE, told)
    assert isinstance(event, ev.RoleHandedOver)
    return event


def handed() -> Drill:
    drill = Drill(mode=Mode.GUIDED).start()
    drill.say(ev.ParticipantJoined(name="Ada", roles=("lead", "scribe")))
    drill.say(ev.ParticipantJoined(name="Ben", roles=("operator",)))
    return drill.say(handover(), after_s=65)


@pytest.mark.parametrize(
    ("told", "after"),
    [
        ({}, {"Ada": ("scribe",), "Ben": ("operator",), "Mary": ("lead",)}),
        ({"has": "Ben"}, {"Ada": ("scribe",), "Ben": ("operator", "lead")}),
        (
            {"role": "operator", "had": "Ben"},
            {"Ada": ("lead", "scribe"), "Ben": (), "Mary": ("operator",)},
        ),
        (
            {"role": "second", "had": ""},
            {"Ada": ("lead", "scribe"), "Ben": ("operator",), "Mary": ("second",)},
        ),
        ({"has": "Ada"}, {"Ada": ("lead", "scribe"), "Ben": ("operator",)}),
        (
            {"had": "nobody we know"},
            {"Ada": ("lead", "scribe"), "Ben": ("operator",), "Mary": ("lead",)},
        ),
    ],
    ids=["new", "known", "last", "free", "oneself", "stranger"],
)
def test_who_has_what_then(told: dict[str, str], after: dict[str, tuple[str, ...]]) -> None:
    before = {"Ada": ("lead", "scribe"), "Ben": ("operator",)}
    assert handed_over(before, handover(**told)) == after
    assert before == {"Ada": ("lead", "scribe"), "Ben": ("operator",)}


def test_the_report_says_who_had_it_who_has_it_and_when() -> None:
    report = fold(handed().say(handover(role="scribe", login="mary", uid=7), after_s=5).records)
    assert [(p.name, p.roles) for p in report.participants] == [
        ("Ada", ()),
        ("Ben", ("operator",)),
        ("Mary", ("lead", "scribe")),
    ]
    first, second = report.handovers
    assert (first.role, first.had, first.has, first.by, first.clock_s) == ("lead", "Ada", "Mary", "Ben", 65)
    assert (second.login, second.uid) == ("mary", 7)
    assert Report.model_validate_json(report.model_dump_json()) == report


def test_every_face_tells_it() -> None:
    drill = handed()
    report, out = fold(drill.records), io.StringIO()
    console = ConsoleSink(out, {})
    for record in drill.records:
        console.on_record(record)
    assert SAID in out.getvalue()
    assert any(SAID in line for line in story(drill.records))
    assert f"1 min 5 s into the drill {SAID}" in markdown(report)
    assert f"1 min 5 s into the drill {SAID}" in html(report)
    assert "Ada (scribe), Ben (operator), Mary (lead)" in html(report)


def test_who_gave_away_their_last_role_still_took_part() -> None:
    report = fold(handed().say(handover(role="scribe")).records)
    assert "- Ada: no role" in markdown(report)


def test_a_journal_of_before_reads_as_ever() -> None:
    records = read_journal(OLD)
    assert records
    assert fold(records).handovers == ()
    told = json.loads(fold(records).model_dump_json())
    del told["handovers"]
    assert Report.model_validate(told) == fold(records)


def test_it_comes_back_from_the_journal_as_it_went() -> None:
    event = handover(login="mary", uid=7)
    assert from_data(event.TYPE, to_data(event)) == event
