"""compose.restore.yml against the Compose Specification, which `docker compose` (version 2) follows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
COMPOSE_FILE = PROJECT / "compose.restore.yml"
CHECK = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]


def accepted(file: Path) -> bool:
    done = subprocess.run([*CHECK, str(file)], capture_output=True, text=True, timeout=150, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode == 0


def test_the_compose_file_follows_the_specification() -> None:
    assert accepted(COMPOSE_FILE)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("network_mode: none", "network_mode: [none]"),
        ("mem_limit:", "mem_limits:"),
        ("cap_drop: [ALL]", "cap_drop: ALL"),
    ],
)
def test_a_slip_in_the_compose_file_is_seen(tmp_path: Path, right: str, wrong: str) -> None:
    text = COMPOSE_FILE.read_text()
    assert right in text
    broken = tmp_path / "compose.yml"
    broken.write_text(text.replace(right, wrong))
    assert not accepted(broken)
