"""Runs the real program the way a person or cron does, and looks at what it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[3]
SHOP = (
    "CREATE TABLE customer (id bigint PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE purchase (id bigint PRIMARY KEY, customer_id bigint REFERENCES customer)",
    "INSERT INTO customer SELECT i, 'customer ' || i FROM generate_series(1, 1000) i",
    "INSERT INTO purchase SELECT i, 1 + i % 1000 FROM generate_series(1, 5000) i",
)
"""A small database with one foreign key."""
DRILL_TIMEOUT_S = 170


def clean_environment(extra: Mapping[str, str] = {}) -> dict[str, str]:
    """The environment without any database, notification or drill setting of whoever runs the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "DB_", "DRILL_", "DATABASE_URL", "GITHUB_"))
    }
    return {**kept, "TZ": "UTC", **extra}


@dataclass(frozen=True, kw_only=True)
class Drill:
    """A finished run of the program and what it left in its artifacts directory."""

    code: int
    stdout: str
    stderr: str
    artifacts: Path

    @property
    def report(self) -> dict[str, Any]:
        (path,) = self.artifacts.glob("restore_drill_*.json")
        report: dict[str, Any] = json.loads(path.read_text())
        return report

    @property
    def run_dir(self) -> Path:
        (journal,) = self.artifacts.glob("*/events.jsonl")
        return journal.parent

    def criterion(self, name: str) -> dict[str, Any]:
        return next(c for c in self.report["criteria"] if c["id"] == name)

    def story(self) -> str:
        return f"exit {self.code}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


def start_drill(
    artifacts: Path,
    *arguments: str,
    env: Mapping[str, str] = {},
    cwd: Path = ROOT,
) -> subprocess.Popen[str]:
    """Start `drill-tui --auto`; the caller waits."""
    return subprocess.Popen(
        [sys.executable, "-m", "drill_tui", "--auto", "--artifacts", str(artifacts), *arguments],
        env=clean_environment(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str], artifacts: Path) -> Drill:
    stdout, stderr = process.communicate(timeout=DRILL_TIMEOUT_S)
    return Drill(code=process.returncode, stdout=stdout, stderr=stderr, artifacts=artifacts)


def run_drill(artifacts: Path, *arguments: str, env: Mapping[str, str] = {}, cwd: Path = ROOT) -> Drill:
    return finished(start_drill(artifacts, *arguments, env=env, cwd=cwd), artifacts)


def keep_backup(folder: Path, env: Mapping[str, str] = {}) -> Path:
    """A directory with one backup, of the demo or of the source in `env`, that a drill made and kept.

    The evidence of that drill lies in `artifacts` beside it.
    """
    kept = ("--param", f"backup_dir={folder / 'nightly'}", "--param", "keep_backup=true")
    made = run_drill(folder / "artifacts", *kept, env=env)
    assert made.code == 0, made.story()
    return folder / "nightly"


def drill_tui(
    *arguments: str, env: Mapping[str, str] = {}, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Any other command of the program."""
    return subprocess.run(
        [sys.executable, "-m", "drill_tui", *arguments],
        env=clean_environment(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DRILL_TIMEOUT_S,
        check=False,
    )


def processes_of(run_id: str) -> list[str]:
    """Command lines of live processes whose arguments or environment name this run."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), *process.environ().values()]
            if process.status() != psutil.STATUS_ZOMBIE and any(run_id in word for word in words):
                found.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def folders_of(run_id: str, places: Sequence[Path]) -> list[Path]:
    """Folders below `places` whose marker names this run."""
    return [
        marker.parent
        for place in places
        for marker in place.glob("*/.drill-run")
        if marker.read_text().startswith(run_id)
    ]


def nothing_left(run_dir: Path) -> None:
    """Assert that no process, working folder or secret of a run is on this machine."""
    left = processes_of(run_dir.name)
    assert left == [], f"still running: {left}"
    assert folders_of(run_dir.name, [Path(tempfile.gettempdir())]) == []
    assert not (run_dir / "private").exists()
    assert not (run_dir / "backup").exists()


def wait_for_step(process: subprocess.Popen[str], artifacts: Path, step: str) -> Path:
    """Until the journal says that the step's first attempt has started; returns the run's directory."""
    deadline = time.monotonic() + DRILL_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        for journal in artifacts.glob("*/events.jsonl"):
            lines = journal.read_text().splitlines()
            if any('"attempt.started"' in line and f'"{step}"' in line for line in lines):
                return journal.parent
        time.sleep(0.02)
    raise AssertionError(f"the drill never reached the step {step}")


def wait_until(holds: Callable[[], bool], what: str, within_s: float = DRILL_TIMEOUT_S) -> None:
    """Until a state is reached; fails by naming it."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.05)


def evidence_is_sound(run_dir: Path) -> None:
    """An auditor's command finds nothing wrong with what the run left."""
    told = drill_tui("report", "check", run_dir.name, "--artifacts", str(run_dir.parent))
    assert told.returncode == 0, told.stdout + told.stderr
