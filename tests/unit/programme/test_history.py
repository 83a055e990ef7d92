"""The series of drills: statistics, regressions, and reports that cannot be read."""

from __future__ import annotations

import csv
import doctest
import io
import json
from pathlib import Path

import jsonschema

from drill_tui.programme import statistics
from drill_tui.programme.history import history, to_csv
from drill_tui.programme.shelf import read_shelf
from drill_tui.programme.tables import print_history
from scripts.update_schemas import SCHEMAS, texts
from tests.unit.programme.past import DAY, leave


def test_the_examples_hold() -> None:
    assert doctest.testmod(statistics).attempted
    assert not doctest.testmod(statistics).failed


def test_published_schemas_are_the_code_s_own() -> None:
    for name, text in texts().items():
        assert (SCHEMAS / name).read_text() == text, "run scripts/update_schemas.py"


def test_medians_and_a_step_that_became_slow(tmp_path: Path) -> None:
    for number in range(1, 8):
        leave(tmp_path, (10 - number) * DAY, steps_s={"restore": 60.0 + number})
    leave(tmp_path, DAY, steps_s={"restore": 180.0})
    (book,) = history(read_shelf(tmp_path)).runbooks
    restore = next(step for step in book.steps if step.step == "restore")
    assert (restore.count, restore.median_s, restore.p90_s, restore.last_s) == (8, 64.5, 180.0, 180.0)
    (sentence,) = book.regressions
    assert "restore took 180.0 s, 2.7 times" in sentence


def test_an_ordinary_step_is_no_regression(tmp_path: Path) -> None:
    for number in range(1, 8):
        leave(tmp_path, number * DAY, steps_s={"restore": 60.0 + number})
    (book,) = history(read_shelf(tmp_path)).runbooks
    assert book.regressions == ()


def test_broken_reports_are_named_and_in_nobody_s_way(tmp_path: Path) -> None:
    leave(tmp_path, DAY)
    for name, text in {"a": "", "b": "{", "c": "[]", "d": '{"run_id": 1}', "e": "[" * 100_000}.items():
        (tmp_path / f"restore_drill_{name}.json").write_text(text)
    past = history(read_shelf(tmp_path))
    assert len(past.drills) == 1
    assert [line.split(":")[0] for line in past.broken] == [f"restore_drill_{c}.json" for c in "abcde"]


def test_json_follows_the_schema_and_csv_has_a_line_for_each(tmp_path: Path) -> None:
    leave(tmp_path, 2 * DAY)
    leave(tmp_path, DAY, verdict="fail", failure_reason="=HYPERLINK(1)")
    past = history(read_shelf(tmp_path))
    schema = json.loads((SCHEMAS / "history.schema.json").read_text())
    jsonschema.validate(json.loads(past.model_dump_json()), schema)
    rows = list(csv.DictReader(io.StringIO(to_csv(past))))
    assert [row["verdict"] for row in rows] == ["pass", "fail"]
    assert rows[1]["failure_reason"] == "'=HYPERLINK(1)"


def test_the_table_is_plain_text_where_nobody_looks(tmp_path: Path) -> None:
    leave(tmp_path, DAY)
    out = io.StringIO()
    print_history(history(read_shelf(tmp_path)), out)
    assert "PASS" in out.getvalue()
    assert "\x1b" not in out.getvalue()
