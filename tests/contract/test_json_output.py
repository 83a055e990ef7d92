"""What the commands print with `--json` follows the published schemas, whole and alone on standard output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from scripts.update_schemas import SCHEMAS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("schema", "command"),
    [
        ("doctor", "doctor"),
        ("due", "due"),
        ("freeze", "freeze --check"),
        ("history", "history"),
        ("backups", "backups list ."),
    ],
)
def test_json_output_follows_its_schema(schema: str, command: str, tmp_path: Path) -> None:
    places = [] if command == "doctor" else ["--artifacts", str(tmp_path)]
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


def test_every_schema_is_named_in_the_document() -> None:
    document = (ROOT / "docs" / "artifacts.md").read_text()
    for path in SCHEMAS.iterdir():
        assert f"(schemas/{path.name})" in document
