"""Running commands against the clock, and judging the outcome by a goal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


class CannotRunError(Exception):
    """Something that a part of the bench needs is not here; the text says what."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A measured number and its limit; `at_least` turns the comparison around."""

    name: str
    value: float
    limit: float
    detail: str
    at_least: bool = False

    @property
    def reached(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def report_line(goal: Goal) -> str:
    sign = "≥" if goal.at_least else "≤"
    gap = abs(goal.value / goal.limit - 1) * 100
    verdict = "reached" if goal.reached else f"MISSED by {gap:.0f} %"
    return f"{verdict:>16}  {goal.name}: {goal.value:,.2f} (goal {sign} {goal.limit:,.2f})  {goal.detail}"


def timed(argv: Sequence[str], env: Mapping[str, str], *, shell_text: bool = False) -> float:
    """Seconds that a command took; it must succeed."""
    command = ["bash", "-euo", "pipefail", "-c", argv[0]] if shell_text else list(argv)
    started = time.monotonic()
    done = subprocess.run(
        command, env=dict(env), cwd=PROJECT, capture_output=True, text=True, check=False, errors="replace"
    )
    seconds = time.monotonic() - started
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-3000:] + done.stderr[-3000:])
        raise SystemExit(f"{argv[0][:200]} ended with {done.returncode}")
    return seconds


def best(
    repeat: int, pair: Sequence[Callable[[], float]], between: Callable[[], None] = lambda: None
) -> list[float]:
    """The best time of each, taken in turn, so that a slow moment of the machine meets all of them."""
    found: list[list[float]] = [[] for _ in pair]
    for _ in range(repeat):
        for times, run in zip(found, pair, strict=True):
            between()
            times.append(run())
    return [min(times) for times in found]


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without any connection, plus the given variables."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "DB_", "DRILL_")) and name != "DATABASE_URL"
    }
    return {**kept, **more}


def empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
