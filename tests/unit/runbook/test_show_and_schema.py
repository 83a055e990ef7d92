"""The runbook on paper, and its JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt
from ruamel.yaml import YAML

from drill_tui.runbook.load import parse_text
from drill_tui.runbook.schema import json_schema
from drill_tui.runbook.show import command_text, to_markdown

PROJECT = Path(__file__).parents[3]
DATA = PROJECT / "tests" / "data" / "runbooks"
SCHEMA_FILE = PROJECT / "docs" / "runbook.schema.json"
SHIPPED = sorted((PROJECT / "runbooks").glob("*.yaml"))
EVERY_FIELD = DATA / "good" / "every_field.yaml"
FORM_ERRORS = [
    "unknown_top_key",
    "unknown_step_key",
    "bare_number_duration",
    "clock_duration",
    "missing_title",
    "wrong_version",
    "bad_id",
    "list_for_text",
    "bad_mode",
    "bad_gate_kind",
]


def test_the_published_schema_is_the_models() -> None:
    assert json.loads(SCHEMA_FILE.read_text()) == json_schema(), (
        "stale: drill-tui runbook schema > docs/runbook.schema.json"
    )


def test_the_schema_accepts_what_loads() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    jsonschema.Draft202012Validator.check_schema(json_schema())
    for path in (*SHIPPED, *(DATA / "good").glob("*.yaml")):
        data = json.loads(json.dumps(YAML(typ="safe", pure=True).load(path.read_text())))
        validator.validate(data)


@pytest.mark.parametrize("name", FORM_ERRORS)
def test_the_schema_refuses_a_wrong_form(name: str) -> None:
    data = YAML(typ="safe", pure=True).load((DATA / "bad" / f"{name}.yaml").read_text())
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(data)


def test_the_schema_explains_the_fields() -> None:
    step = json_schema()["$defs"]["Step"]["properties"]
    assert "Hard" in step["timeout"]["description"]
    assert "title" in step
    assert "with" in step


def test_a_runbook_on_paper_has_every_step_and_criterion() -> None:
    for path in (*SHIPPED, EVERY_FIELD):
        runbook = parse_text(path.read_text())
        text = to_markdown(runbook)
        for step in runbook.every_step():
            assert step.title in text
        for name in runbook.criteria:
            assert f"`{name}`" in text
        assert text.count("☐") >= len(runbook.steps) + len(runbook.criteria)
        html = MarkdownIt("commonmark").enable("table").render(text)
        assert "<h1>" in html
        assert "<table>" in html


def test_commands_on_paper_can_be_typed() -> None:
    runbook = parse_text(EVERY_FIELD.read_text())
    assert (
        command_text(runbook, runbook.steps[1])
        == "TOKEN=‹token› KEEP=false echo ‹run directory›/no '${HOME}' ‹run id› ."
    )
    assert command_text(runbook, runbook.cleanup[0]) == 'echo "$HOME" "${HOME}"'
