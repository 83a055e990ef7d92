"""A whole practice as a person has it, by lines: the real program, real PostgreSQL, answers on its input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drill_tui.faults.practice.scenario import Scenario
from drill_tui.faults.practice.shelf import read_scenario
from tests.e2e.drill.running import DRILL_TIMEOUT_S, ROOT, clean_environment

SMALL: Mapping[str, str] = {"DRILL_DEMO_SCALE": "0.05"}


def practise(
    artifacts: Path, *arguments: str, typed: str, env: Mapping[str, str] = {}
) -> subprocess.CompletedProcess[str]:
    """The whole practice with these lines typed; then the end of the input, which gives up."""
    return subprocess.run(
        [sys.executable, "-m", "drill_tui", "practice", *arguments, "--artifacts", str(artifacts)],
        env=clean_environment({**SMALL, **env}),
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=DRILL_TIMEOUT_S,
        check=False,
    )


def scenario(name: str) -> Scenario:
    return read_scenario(ROOT / "runbooks/practice" / f"{name}.yaml")


def run_dir_of(artifacts: Path) -> Path:
    (journal,) = artifacts.glob("practice/*/events.jsonl")
    return journal.parent


def record_of(artifacts: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((run_dir_of(artifacts) / "practice.json").read_text())
    return record
