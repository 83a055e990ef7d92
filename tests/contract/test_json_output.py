"""What the commands print with `--json` follows the published schemas, whole and alone on standard output."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

from drill_tui.cli.commands import register
from drill_tui.cli.front import app, run
from drill_tui.postgres.client import talkback
from scripts.update_schemas import SCHEMAS
from tests.unit.programme.audit_rig import leave_run
from tests.unit.sinks.stories import failing

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("schema", "command"),
    [
        ("doctor", "doctor"),
        ("due", "due"),
        ("fit", "fit"),
        ("freeze", "freeze --check"),
        ("history", "history"),
        ("practice", "practice"),
        ("backups", "backups list ."),
    ],
)
def test_json_output_follows_its_schema(schema: str, command: str, tmp_path: Path) -> None:
    places = [] if command in ("doctor", "fit") else ["--artifacts", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "drill_tui", *command.split(), "--json", *places],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    jsonschema.validate(json.loads(done.stdout), json.loads((SCHEMAS / f"{schema}.schema.json").read_text()))


OF_ONE_RUN = {
    "replay": "report",
    "watch": "event_stream",
    "incident show": "incident",
    "incident list": "incident",
}
ELSEWHERE = {
    "incident actions": "tests/unit/programme/test_agreed_actions.py",
    "backups prune": "tests/unit/programme/test_backups_command.py",
    "": "tests/e2e/drill/test_auto.py",
    "score": "tests/e2e/score/test_score.py",
    **{
        f"fleet {name}": "tests/unit/fleet/test_commands.py"
        for name in ("plan", "status", "report", "due", "freeze", "history")
    },
}


def validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{schema}.schema.json").read_text()))


@pytest.mark.parametrize("command", OF_ONE_RUN)
def test_what_is_told_of_one_run_follows_its_schema(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave_run(tmp_path, failing().clean_up())
    name = [] if command == "incident list" else ["3fa9"]
    with pytest.raises(SystemExit):
        run([*command.split(), *name, "--json", "--artifacts", str(tmp_path)])
    told = capsys.readouterr().out
    values = [json.loads(line) for line in told.splitlines()] if command == "watch" else json.loads(told)
    values = values if isinstance(values, list) else [values]
    assert values
    for value in values:
        validator(OF_ONE_RUN[command]).validate(value)
    with pytest.raises(jsonschema.ValidationError):
        validator(OF_ONE_RUN[command]).validate({**values[0], "surplus": 1})


def commands_with_json(group: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    if any("--json" in parameter.opts for parameter in group.params):
        yield " ".join(path)
    for name, command in getattr(group, "commands", {}).items():
        yield from commands_with_json(command, (*path, name))


def test_every_command_that_prints_json_is_held_to_a_schema() -> None:
    register(app)
    here = {"doctor", "due", "fit", "freeze", "history", "backups list", "practice"}
    assert set(commands_with_json(typer.main.get_command(app))) == {*here, *OF_ONE_RUN, *ELSEWHERE}


def test_what_scripts_tell_the_engine_follows_its_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EVIDENCE", "PROGRESS"):
        monkeypatch.setenv(f"DRILL_{name}", str(tmp_path / name))
    talkback.evidence("schema", "missed", "2 indexes are missing", "57 definitions")
    talkback.progress("public.events", 3, 3, "rows", 0.0)
    for name in ("evidence", "progress"):
        (line,) = (tmp_path / name.upper()).read_text().splitlines()
        validator(f"{name}_line").validate(json.loads(line))
    with pytest.raises(jsonschema.ValidationError):
        validator("evidence_line").validate({"criterion": "schema", "result": "fine", "detail": ""})


def test_every_schema_is_named_in_the_document() -> None:
    document = (ROOT / "docs" / "artifacts.md").read_text()
    for path in SCHEMAS.iterdir():
        assert f"(schemas/{path.name})" in document
