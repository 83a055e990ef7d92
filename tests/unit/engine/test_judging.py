"""Checks, outputs and gates: what counts, and what never does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from drill_tui.engine.ports import GateAnswer
from drill_tui.engine.processes.environment import without_connections
from drill_tui.engine.record.events import GateField, GateOpened, Signature
from drill_tui.engine.run.checks import evaluate
from drill_tui.engine.run.gates import AutoOperator, objection, opened, unanswered
from drill_tui.engine.run.outputs import take_outputs, typed
from drill_tui.engine.run.plan import DrillSetup
from drill_tui.runbook.load import load, parse_text
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.model import Check, Output, Scalar
from drill_tui.runbook.values import resolve_params, scalar_text
from tests.engine.stand_ins import approve


def judge(value: str, **asserted: Any) -> bool:
    return evaluate(Check(that="x", **asserted), {"x": value}, _text).ok


def _text(value: Scalar) -> str:
    return scalar_text(value)


@pytest.mark.parametrize(
    ("value", "asserted"),
    [
        ("1", {"equals": 1}),
        ("1.0", {"equals": 1}),
        ("true", {"equals": True}),
        ("abc", {"equals": "abc"}),
        ("b", {"one_of": ("a", "b")}),
        ("hello world", {"matches": "^hello"}),
        ("90", {"min": "1m", "max": "2m"}),
        ("1h", {"max": 3600}),
        ("2026-01-02T00:00:00Z", {"min": "2026-01-01"}),
        ("-5", {"max": 0}),
    ],
)
def test_checks_that_hold(value: str, asserted: dict[str, Any]) -> None:
    assert judge(value, **asserted)


@pytest.mark.parametrize(
    ("value", "asserted"),
    [
        ("2", {"equals": 1}),
        ("nan", {"equals": "1"}),
        ("nan", {"min": 0}),
        ("nan", {"max": 10}),
        ("abc", {"min": 1}),
        ("", {"max": 1}),
        ("121", {"max": "2m"}),
        ("c", {"one_of": ("a", "b")}),
        ("say hello", {"matches": "^hello"}),
        ("2025-12-31T23:59:59Z", {"min": "2026-01-01"}),
    ],
)
def test_checks_that_do_not_hold(value: str, asserted: dict[str, Any]) -> None:
    assert not judge(value, **asserted)


def test_what_has_no_value_never_passes() -> None:
    found = evaluate(Check(that="gone", equals=1), {}, _text)
    assert not found.ok
    assert found.message == "gone has no value, so it could not be checked"


@pytest.mark.parametrize(
    ("text", "kind", "result"),
    [
        ("7", "int", "7"),
        ("1.5", "float", "1.5"),
        ("TRUE", "bool", "true"),
        ("90", "duration", "1m30s"),
        ("2h", "duration", "2h"),
        ("/x", "path", "/x"),
        ("2026-01-01T00:00:00+00:00", "timestamp", "2026-01-01T00:00:00+00:00"),
    ],
)
def test_typed_outputs(text: str, kind: str, result: str) -> None:
    assert typed(text, kind) == result


@pytest.mark.parametrize(
    ("text", "kind"),
    [("x", "int"), ("inf", "float"), ("nan", "float"), ("yes", "bool"), ("soon", "timestamp"), ("", "path")],
)
def test_outputs_of_the_wrong_type(text: str, kind: str) -> None:
    with pytest.raises(ValueError, match=f"is no {kind}"):
        typed(text, kind)


def test_outputs_are_taken_as_declared() -> None:
    declared = {
        "told": Output(),
        "found": Output(regex=r"(\d+) rows"),
        "json": Output(json_path="a.0.b"),
        "gone": Output(json_path="a.9"),
        "missing": Output(),
    }
    taken, problems = take_outputs(declared, {"told": "1", "other": "2"}, '{"a": [{"b": "12 rows"}]}')
    assert taken == {"told": "1", "found": "12", "json": "12 rows"}
    assert problems == [
        "output gone: standard output has no a.9",
        "output missing: the step did not write it",
    ]


def signed(*people: tuple[str, str], attested: str = "same-terminal") -> GateAnswer:
    by = tuple(Signature(name=n, role=r, at=0.0, via="tui", attested=attested) for n, r in people)
    return GateAnswer(answer="approved", by=by)


SIGNOFF = GateOpened(step="a", kind="signoff", prompt="?", roles=("lead", "second"), min=2)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (signed(("Ann", "lead"), ("Bob", "second")), ""),
        (signed(("Ann", "lead"), (" ann ", "second")), "signed by 1 of 2 people as lead or second"),
        (signed(("Ann", "lead"), ("Bob", "scribe")), "signed by 1 of 2 people as lead or second"),
        (signed(("Ann", "lead"), ("", "second")), "signed by 1 of 2 people as lead or second"),
        (signed(), "signed by 0 of 2 people as lead or second"),
        (signed(("policy:auto", ""), attested="policy"), ""),
    ],
)
def test_signoff_counts_people_not_clicks(answer: GateAnswer, complaint: str) -> None:
    assert objection(SIGNOFF, answer) == complaint


def test_typing_must_match_exactly() -> None:
    gate = GateOpened(step="a", kind="type", prompt="?", text="Wipe it")
    for typed_text, fine in (("Wipe it", True), ("wipe it", False), ("Wipe it ", False), ("", False)):
        assert (objection(gate, GateAnswer(answer="approved", values={"text": typed_text})) == "") is fine


@pytest.mark.parametrize(
    ("kind", "value", "fine"),
    [
        ("int", "12", True),
        ("int", "1.2", False),
        ("float", "1e3", True),
        ("float", "x", False),
        ("bool", "true", True),
        ("bool", "maybe", False),
        ("choice", "yes", True),
        ("choice", "no", False),
        ("text", "two\nlines", True),
        ("text", " ", False),
    ],
)
def test_note_fields_are_typed(kind: str, value: str, fine: bool) -> None:
    field = GateField(id="f", label="Field", type=kind, choices=("yes",), required=True)
    gate = GateOpened(step="a", kind="note", prompt="?", fields=(field,))
    assert (objection(gate, GateAnswer(answer="approved", values={"f": value})) == "") is fine


GATES = """
version: 1
id: gates
title: Gates
steps:
  - {id: yes, title: A, gate: {kind: signoff, prompt: Go?, min: 3, auto: approve}}
  - {id: no, title: B, gate: {kind: confirm, prompt: Go?, auto: fail}}
  - {id: typed, title: C, gate: {kind: type, prompt: Type it, text: wipe}}
  - id: note
    title: D
    gate:
      kind: note
      prompt: What?
      auto: approve
      fields: {a: {label: A, auto: fine}, b: {label: B}, c: {label: C, type: int, auto: 3}}
  - {id: team, title: E, only: [guided], gate: {kind: confirm, prompt: Go?}}
"""


@pytest.mark.parametrize(
    ("step", "confirmed", "answer", "values", "attested"),
    [
        ("yes", (), "approved", {}, "policy"),
        ("no", (), "rejected", {}, "policy"),
        ("typed", (), "rejected", {}, "policy"),
        ("typed", ("wipe",), "approved", {"text": "wipe"}, "flag"),
        ("typed", ("other",), "rejected", {}, "policy"),
        ("note", (), "approved", {"a": "fine", "b": "given", "c": "3"}, "policy"),
    ],
)
def test_policy_answers_and_never_as_a_person(
    step: str, confirmed: tuple[str, ...], answer: str, values: dict[str, str], attested: str
) -> None:
    runbook = parse_text(GATES)
    operator = AutoOperator(runbook, lambda: 5.0, confirmed, {("note", "b"): "given", ("x", "y"): "z"})
    gate = next(s.gate for s in runbook.steps if s.id == step)
    assert gate is not None
    given = asyncio.run(operator.decide(opened(step, gate, _text)))
    assert (given.answer, dict(given.values)) == (answer, values)
    assert [(s.name, s.attested, s.at) for s in given.by] == [("policy:auto", attested, 5.0)]


UNANSWERED = """
version: 1
id: gates
title: Gates
params:
  target: {default: local, choices: [local, external]}
  database: {default: copy}
  wipe: {type: bool, default: 'no'}
steps:
  - {id: policy, title: A, gate: {kind: confirm, prompt: Go?, auto: fail}}
  - {id: team, title: B, only: [guided], gate: {kind: confirm, prompt: Go?}}
  - id: named
    title: C
    gate: {kind: type, prompt: '?', text: '${params.database}', when: {param: target, is: external}}
  - {id: made, title: D, run: 'true', outputs: {x: {}}}
  - id: later
    title: E
    gate: {kind: type, prompt: '?', text: '${steps.made.outputs.x}', when: {param: wipe, is: true}}
  - {id: plain, title: F, gate: {kind: confirm, prompt: Go?, when: {param: wipe, is: 'yes'}}}
"""


@pytest.mark.parametrize(
    ("given", "confirmed", "open_gates"),
    [
        ({}, (), []),
        ({"target": "external"}, (), [("named", "copy")]),
        ({"target": "external"}, ("Copy",), [("named", "copy")]),
        ({"target": "external"}, ("copy",), []),
        ({"target": "external", "database": "other"}, ("copy",), [("named", "other")]),
        ({"wipe": "on"}, (), [("later", ""), ("plain", "")]),
        ({"wipe": "on"}, ("anything",), [("plain", "")]),
    ],
)
def test_gates_that_auto_would_hang_at(
    given: dict[str, str], confirmed: tuple[str, ...], open_gates: list[tuple[str, str]], tmp_path: Path
) -> None:
    path = tmp_path / "gates.yaml"
    path.write_text(UNANSWERED)
    loaded = load(path)
    setup = DrillSetup(
        runbook=loaded,
        mode=Mode.AUTO,
        params=resolve_params(loaded.runbook, given, {}),
        run_dir=tmp_path / "run",
        project_dir=tmp_path,
        environment={},
    )
    found = unanswered(setup, confirmed)
    assert [(gate.step, gate.text) for gate in found] == open_gates
    assert all(f"--confirm {gate.text}" in gate.advice for gate in found if gate.text)


def test_a_willing_team_passes_every_gate() -> None:
    for step in parse_text(GATES).steps:
        assert step.gate is not None
        gate = opened(step.id, step.gate, _text)
        assert objection(gate, approve(gate)) == ""


def test_connections_are_left_out_of_an_environment() -> None:
    outer = {
        "DB_HOST": "p",
        "PGPASSWORD": "p",
        "DATABASE_URL": "p",
        "DRILL_PARAM_X": "old",
        "DRILL_STEP": "outer",
        "DRILL_PG_BINDIR": "/usr/bin",
        "PATH": "/bin",
    }
    assert without_connections(outer) == {"DRILL_PG_BINDIR": "/usr/bin", "PATH": "/bin"}
