"""The series of drills: statistics, regressions, and reports that cannot be read."""

from __future__ import annotations

import csv
import doctest
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from drill_tui.programme import statistics
from drill_tui.programme.history import history, steps_to_csv, to_csv
from drill_tui.programme.shelf import read_shelf
from drill_tui.programme.statistics import trend_s_per_drill
from drill_tui.programme.tables import print_history
from drill_tui.verdict.wording import duration_words
from scripts.update_schemas import SCHEMAS, texts
from tests.unit.programme.past import DAY, leave, report


def recoveries(folder: Path, *seconds: float) -> None:
    """Passing drills, one a day, with these recovery times."""
    for number, took in enumerate(seconds):
        rto = {**report().rto.model_dump(), "wall_s": took, "machine_s": took}
        leave(folder, (len(seconds) - number) * DAY, rto=rto)


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


def test_a_recovery_that_became_slow_is_said_too(tmp_path: Path) -> None:
    recoveries(tmp_path, *[60.0] * 6, 180.0)
    (book,) = history(read_shelf(tmp_path)).runbooks
    assert book.regressions[0] == (
        "recovery time took 180.0 s, 3.0 times the 90th percentile (60.0 s) of the 6 passing drills before it"
    )
    assert book.recovery is not None
    assert (book.recovery.count, book.recovery.median_s, book.recovery.last_s) == (7, 60.0, 180.0)


def test_training_is_neither_compared_nor_compared_with(tmp_path: Path) -> None:
    recoveries(tmp_path, *[60.0] * 6)
    leave(tmp_path, timedelta(0), mode="training", steps_s={"restore": 900.0})
    (book,) = history(read_shelf(tmp_path)).runbooks
    assert book.regressions == ()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        ((60, 61, 62, 63, 64, 65), "grows by 1.00 s per drill"),
        ((65, 64, 63, 62, 61, 60), "falls by 1.00 s per drill"),
        ((60, 60, 60, 900, 60, 60), "is steady"),
        ((60, 61), "restore-drill: 2 of 2 passed\n"),
    ],
    ids=["grows", "falls", "one slow night", "too few"],
)
def test_the_trend_is_said_with_numbers(seconds: tuple[float, ...], words: str, tmp_path: Path) -> None:
    recoveries(tmp_path, *seconds)
    out = io.StringIO()
    print_history(history(read_shelf(tmp_path)), out)
    assert words in out.getvalue()


def test_five_thousand_drills_have_a_trend_at_once(tmp_path: Path) -> None:
    leave(tmp_path, DAY)
    (drill,) = read_shelf(tmp_path).drills
    assert trend_s_per_drill([drill] * 5_000) == 0.0


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
    for row, drill in zip(rows, past.drills, strict=True):
        assert {name: float(row[f"step_{name}_s"]) for name in drill.steps_s} == drill.steps_s
    assert [row["verdict"] for row in rows] == ["pass", "fail"]
    assert rows[1]["failure_reason"] == "'=HYPERLINK(1)"


def test_the_statistics_are_the_same_in_json_csv_and_the_table(tmp_path: Path) -> None:
    recoveries(tmp_path, *[60.0 + number for number in range(9)], 300.0)
    past = history(read_shelf(tmp_path))
    (book,) = past.runbooks
    rows = list(csv.DictReader(io.StringIO(steps_to_csv(past))))
    assert [(row["runbook"], row["step"]) for row in rows] == [(book.runbook, t.step) for t in book.times]
    out = io.StringIO()
    print_history(past, out, steps_only=True)
    assert "PASS" not in out.getvalue()
    for row, times in zip(rows, book.times, strict=True):
        assert (float(row["median_s"]), float(row["p90_s"])) == (times.median_s, times.p90_s)
        shown = f"{duration_words(times.median_s)}  {duration_words(times.p90_s)}"
        assert shown in re.sub(" {2,}", "  ", out.getvalue())
    assert [row["regression"] for row in rows if row["regression"]] == list(book.regressions) != []


def test_names_from_reports_cannot_steer_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;x\x07evil"
    leave(tmp_path, DAY, verdict=evil, mode=evil, runbook={"id": evil, "title": "", "path": "", "sha256": ""})
    out = io.StringIO()
    print_history(history(read_shelf(tmp_path)), out)
    assert "evil" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_the_table_is_plain_text_where_nobody_looks(tmp_path: Path) -> None:
    leave(tmp_path, DAY)
    out = io.StringIO()
    print_history(history(read_shelf(tmp_path)), out)
    assert "PASS" in out.getvalue()
    assert "\x1b" not in out.getvalue()


@pytest.mark.parametrize("runbooks", [1, 2])
def test_no_figure_is_cut_on_a_narrow_terminal(
    runbooks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One runbook fits 80 columns; with more, lines are longer before a column is lost."""
    for days in range(1, 4):
        leave(tmp_path, DAY * days, source={"size_bytes": "25551375"})
    if runbooks == 2:
        other = {"id": "latest-backup", "title": "", "path": "", "sha256": ""}
        leave(tmp_path, DAY * 9, runbook=other, run_id="latest-backup_20261113T120000Z_0000")
    out = NarrowTerminal()
    monkeypatch.setenv("COLUMNS", "80")
    print_history(history(read_shelf(tmp_path)), out)
    plain = re.sub(r"\x1b\[\d+m", "", out.getvalue())
    told = [line for line in plain.splitlines() if "PASS" in line]
    assert len(told) == 3 + (runbooks == 2)
    assert all("42.5 s" in line for line in told), "the RPO has its unit"
    assert sum("25.6 MB" in line for line in told) == 3
    assert ("latest-backup" in " ".join(told)) == (runbooks == 2)
    if runbooks == 1:
        assert max(map(len, told)) <= 80


class NarrowTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True
