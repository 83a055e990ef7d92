"""A whole practice as a person has it, by lines: the real program, real PostgreSQL, answers on its input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drill_tui.faults.practice.scenario import Scenario
from drill_tui.faults.practice.session import Practice
from drill_tui.faults.practice.shelf import Story, draw, read_scenario
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


def start(*words: str) -> subprocess.Popen[str]:
    """Any command, on a small demo; the caller types, and waits."""
    return subprocess.Popen(
        [sys.executable, "-m", "drill_tui", *words],
        env=clean_environment(SMALL),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def scenario(name: str) -> Scenario:
    return read_scenario(ROOT / "runbooks/practice" / f"{name}.yaml")


def drawn_here(name: str, fault: str, seed: int) -> Practice:
    """The practice that the program draws with this seed, to know which diagnosis is where."""
    return Practice(drawn=draw([Story(name, scenario(name))], seed=seed, fault=fault), now=lambda: 0.0)


def place_of(practice: Practice, *, right: bool) -> int:
    """Of the first diagnosis that is right, or wrong, among those that are offered; from 0."""
    return [practice.drawn.fault in diagnosis.faults for diagnosis in practice.offered].index(right)


def run_dir_of(artifacts: Path) -> Path:
    (journal,) = artifacts.glob("practice/*/events.jsonl")
    return journal.parent


def record_of(artifacts: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((run_dir_of(artifacts) / "practice.json").read_text())
    return record
