"""A runbook on its way to another process is the same there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drill_tui.runbook.held import data_of, runbook_of
from drill_tui.runbook.load import parse_text
from drill_tui.runbook.settings import with_objectives

ROOT = Path(__file__).parents[3]
RUNBOOKS = [*(ROOT / "runbooks").glob("*.yaml"), ROOT / "tests/data/runbooks/good/every_field.yaml"]


@pytest.mark.parametrize("path", RUNBOOKS, ids=lambda path: path.stem)
def test_it_comes_back_as_it_was(path: Path) -> None:
    runbook = with_objectives(parse_text(path.read_text("utf-8")), {"rto": "7m"})
    assert runbook_of(json.loads(json.dumps(data_of(runbook)))) == runbook


def test_a_bare_number_in_a_file_is_still_no_duration() -> None:
    data = data_of(parse_text(RUNBOOKS[-1].read_text("utf-8")))
    with pytest.raises(ValueError, match="durations with a unit"):
        type(runbook_of(data)).model_validate(data)


@pytest.mark.parametrize("data", [None, [], "version: 1", {"version": 1}, {"steps": 1}])
def test_anything_else_is_no_runbook(data: object) -> None:
    with pytest.raises(ValueError, match="validation error"):
        runbook_of(data)
