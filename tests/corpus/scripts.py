"""Runs the scripts as a person would, and reads what they tell the drill."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A finished script: its exit code, words, evidence by criterion, and outputs."""

    code: int
    stdout: str
    stderr: str
    evidence: dict[str, dict[str, str]]
    outputs: dict[str, str]

    def result(self, criterion: str) -> str:
        """`met`, `missed` or `unproven`; empty where the criterion was not spoken of."""
        return self.evidence.get(criterion, {}).get("result", "")


def run_script(name: str, environment: Mapping[str, str], *arguments: str | Path) -> Ran:
    """Run `scripts/<name>.sh` with the drill's own files to talk back to."""
    with tempfile.TemporaryDirectory(prefix="talkback-") as folder:
        place = Path(folder)
        paths = {"DRILL_OUTPUT": place / "output", "DRILL_EVIDENCE": place / "evidence"}
        done = subprocess.run(
            [SCRIPTS / f"{name}.sh", *arguments],
            env={
                "DRILL_ARTIFACTS_DIR": folder,
                **environment,
                **{variable: str(path) for variable, path in paths.items()},
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        outputs = _lines(paths["DRILL_OUTPUT"])
        evidence = [json.loads(line) for line in _lines(paths["DRILL_EVIDENCE"])]
    return Ran(
        code=done.returncode,
        stdout=done.stdout,
        stderr=done.stderr,
        evidence={item["criterion"]: item for item in evidence},
        outputs=dict(line.split("=", 1) for line in outputs),
    )


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
