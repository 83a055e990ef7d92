"""`drill-tui backups`: a dry run unless it is told otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from drill_tui.cli.backups import backups_app
from drill_tui.cli.exits import UserError
from drill_tui.programme.backups import Backups
from tests.unit.programme.test_backups import leave_backup

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "backups.schema.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    for days in (1, 2, 3):
        leave_backup(folder, days)
    return folder


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(backups_app, [str(arg) for arg in args])


def test_list_names_every_backup(folder: Path, tmp_path: Path) -> None:
    result = run("list", folder, "--artifacts", tmp_path)
    assert result.exit_code == 0
    assert all(path.name in result.stdout for path in folder.iterdir())
    assert "not yet" in result.stdout


def test_prune_is_a_dry_run_first(folder: Path, tmp_path: Path) -> None:
    result = run("prune", folder, "--keep", "1", "--artifacts", tmp_path)
    assert result.exit_code == 0
    assert "Nothing was removed. With --apply: 2 of 3." in result.stdout
    assert len(list(folder.iterdir())) == 3


def test_prune_removes_when_told_to(folder: Path, tmp_path: Path) -> None:
    newest = max(path.name for path in folder.iterdir())
    result = run("prune", folder, "--keep", "1", "--apply", "--artifacts", tmp_path)
    assert result.exit_code == 0
    assert [path.name for path in folder.iterdir()] == [newest]


def test_json_is_json_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    plan = json.loads(run("prune", folder, "--keep", "1", "--json", "--artifacts", tmp_path).stdout)
    assert [row["fate"] for row in plan["backups"]] == ["keep", "remove", "remove"]
    jsonschema.validate(plan, json.loads(SCHEMA.read_text()))


def test_the_published_schema_is_the_models() -> None:
    published = json.loads(SCHEMA.read_text())
    assert published.pop("$schema")
    assert published == Backups.model_json_schema(mode="serialization")


def test_the_directory_comes_from_the_environment(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRILL_BACKUPS", str(folder))
    assert len(json.loads(run("list", "--json", "--artifacts", tmp_path).stdout)["backups"]) == 3


def test_mistakes_are_told_as_sentences(folder: Path, tmp_path: Path) -> None:
    mistakes: list[list[str | Path]] = [["list", tmp_path / "gone"], ["prune", folder, "--keep", "x"]]
    for args in mistakes:
        error = run(*args, "--artifacts", tmp_path).exception
        assert isinstance(error, UserError)
        assert "\n" not in str(error)
