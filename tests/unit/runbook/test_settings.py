"""`drill.toml`: what it sets, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.runbook.load import load
from drill_tui.runbook.problems import RunbookError
from drill_tui.runbook.settings import Settings, Source, read_settings

RUNBOOK = """\
version: 1
id: small
title: Small
criteria:
  rto: {title: In time, measure: {from: one.start, to: one.end}, max: 30m}
  other: {title: Fast, measure: {from: one.start, to: one.end}, max: 1m}
steps:
  - {id: one, title: One, run: 'true'}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "small.yaml").write_text(RUNBOOK)
    return tmp_path


def test_without_the_file_nothing_is_set(project: Path) -> None:
    assert read_settings(project) == Settings()
    loaded = load(project / "runbooks" / "small.yaml")
    assert loaded.objectives == {}
    assert loaded.runbook.criteria["rto"].max == "30m"


def test_an_objective_replaces_the_bound_of_its_criterion_and_of_no_other(project: Path) -> None:
    (project / "drill.toml").write_text('[objectives]\nrto = "1200s"\nrpo = "6h"\n')
    loaded = load(project / "runbooks" / "small.yaml")
    assert loaded.objectives == {"rto": "20m", "rpo": "6h"}
    assert loaded.runbook.criteria["rto"].max == "20m"
    assert loaded.runbook.criteria["other"].max == "1m"
    assert loaded.text == RUNBOOK


def test_the_source_is_read(project: Path) -> None:
    (project / "drill.toml").write_text('[source]\nhost = "db.example.net"\nport = 6432\ndbname = "shop"\n')
    assert read_settings(project).source == Source(host="db.example.net", port=6432, dbname="shop")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[objectives]\n\nrto = "soon"\n', 3, "`rto` is 'soon': write durations with a unit"),
        ("[objectives]\nrpo = 24\n", 2, "`rpo` is 24: write durations with a unit"),
        ('[objectives]\nrtoo = "30m"\n', 2, "unknown key 'rtoo' (did you mean rto?)"),
        (
            '[source]\nhost = "a"\n[objective]\nrto = "1m"\n',
            3,
            "unknown key 'objective' (did you mean objectives?)",
        ),
        ("[source]\nport = 70000\n", 2, "`port` is 70000"),
        ('[source]\n"password" = "x"\n', 2, "holds no password; set DB_PASSWORD"),
        ('[source]\nservice = "a"\nhost = "b"\n', 1, "a `service` says all of"),
        ('[source]\nhost = "a\n', 2, "this is no TOML"),
        ("[source\n", 1, "this is no TOML"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, words: str, project: Path) -> None:
    (project / "drill.toml").write_text(text)
    with pytest.raises(RunbookError) as caught:
        load(project / "runbooks" / "small.yaml")
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{project / 'drill.toml'}:{line}:")
    assert words in str(problem)


def test_a_file_that_is_no_text(project: Path) -> None:
    (project / "drill.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RunbookError, match="it is not UTF-8"):
        read_settings(project)
