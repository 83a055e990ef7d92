"""How a script talks back to the drill that runs it; by hand, the same calls do nothing or draw one line.

The engine names three files in `DRILL_OUTPUT`, `DRILL_PROGRESS` and `DRILL_EVIDENCE`.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Final, Literal

MIN_INTERVAL_S: Final = 0.2
UNIT_STEPS: Final = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))

_last_progress: list[float] = [0.0]
_line_is_open: list[bool] = [False]


def output(key: str, value: str | int | float) -> None:
    """Record one output of this step.  Line breaks in the value become spaces."""
    text = str(value).replace("\r", " ").replace("\n", " ")
    _append("DRILL_OUTPUT", f"{key}={text}")


def evidence(
    criterion: str, result: Literal["met", "missed", "unproven"], detail: str, coverage: str = ""
) -> None:
    """State what this step proved about a criterion, and what it looked at."""
    _append(
        "DRILL_EVIDENCE",
        json.dumps({"criterion": criterion, "result": result, "detail": detail, "coverage": coverage}),
    )


def progress(
    label: str,
    done: float,
    total: float,
    unit: Literal["bytes", "rows", "tables", "items"],
    eta_s: float | None = None,
) -> None:
    """Say how far this step is.  `total` 0 means unknown.  Called too often, it skips all but the last."""
    now = time.monotonic()
    finished = 0 < total <= done
    if now - _last_progress[0] < MIN_INTERVAL_S and not finished:
        return
    _last_progress[0] = now
    if os.environ.get("DRILL_PROGRESS"):
        line = {"label": label, "done": done, "total": total, "unit": unit, "eta_s": eta_s}
        _append("DRILL_PROGRESS", json.dumps(line))
    elif sys.stderr.isatty():
        _rewrite(progress_line(label, done, total, unit, eta_s))


def end_progress() -> None:
    """Leave the rewritten line, so that the next text starts on a line of its own."""
    if _line_is_open[0]:
        _line_is_open[0] = False
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def progress_line(label: str, done: float, total: float, unit: str, eta_s: float | None) -> str:
    """The line a person sees, for instance `62 %  public.events  1.9G of 3.1G  0:41 left`."""
    amount = f"{_short(done)} {unit}" if total <= 0 else f"{_short(done)} of {_short(total)} {unit}"
    parts = [label, amount]
    if total > 0:
        parts.insert(0, f"{min(100.0, 100 * done / total):3.0f} %")
    if eta_s is not None:
        parts.append(f"{int(eta_s) // 60}:{int(eta_s) % 60:02d} left")
    return "  ".join(parts)


def _short(number: float) -> str:
    for step, letter in UNIT_STEPS:
        if number >= step:
            return f"{number / step:.1f}{letter}"
    return f"{number:.0f}"


def _rewrite(line: str) -> None:
    width = shutil.get_terminal_size().columns - 1
    _line_is_open[0] = True
    sys.stderr.write(f"\r\x1b[K{line[:width]}")
    sys.stderr.flush()


def _append(variable: str, line: str) -> None:
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
