"""The engine's side of a built-in action, held in memory: claims, logs, evidence, earlier results."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drill_tui.engine.ports import ActionResult
from drill_tui.engine.record.events import Finding

PROJECT_DIR = Path(__file__).resolve().parents[1]


def clean_environment() -> dict[str, str]:
    """The environment of this process without any connection."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "DB_", "DATABASE"))
    }


@dataclass
class Context:
    run_dir: Path
    run_id: str = "restore-drill_20261122T140102Z_3fa9"
    arguments: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=clean_environment)
    step: str = "start_target"
    project_dir: Path = PROJECT_DIR
    keep: bool = False
    results: dict[str, ActionResult] = field(default_factory=dict)
    claims: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    released: list[tuple[str, str]] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    proved: list[tuple[str, Finding]] = field(default_factory=list)

    @property
    def private_dir(self) -> Path:
        private = self.run_dir / "private"
        private.mkdir(mode=0o700, exist_ok=True)
        return private

    def procedure_file(self, name: str) -> Path:
        return self.project_dir / name

    def outputs_of(self, step: str) -> Mapping[str, str]:
        return self.results[step].outputs if step in self.results else {}

    def env_of(self, step: str) -> Mapping[str, str]:
        return self.results[step].env if step in self.results else {}

    def log(self, line: str) -> None:
        self.logged.append(line)

    def progress(
        self, label: str, done: float, total: float, unit: str, eta_s: float | None = None
    ) -> None: ...

    def evidence(self, criterion: str, result: Finding, detail: str, coverage: str = "") -> None:
        self.proved.append((criterion, result))

    def claim(self, kind: str, ref: str, **details: str) -> None:
        self.claims[kind, ref] = details

    def release(self, kind: str, ref: str) -> None:
        self.released.append((kind, ref))
        del self.claims[kind, ref]

    def keep_secret(self, value: str) -> None:
        self.secrets.append(value)
