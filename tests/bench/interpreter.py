"""What drill-tui costs by itself: the log of a step that talks a lot, and the start of the program."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import PROJECT, Goal, best, clean_environment, timed

LINES = 1_000_000
RUNBOOK = f"""\
version: 1
id: talkative
title: A step that prints a million lines
steps:
  - id: talk
    title: Print
    run: [seq, '-f', 'line %010.0f of the log of a step that talks a lot', '1', '{LINES}']
    timeout: 5m
"""
POLL_S = 0.05


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    yield from _talkative(work)
    python = [sys.executable, "-c", "pass"]
    program = [str(PROJECT / ".venv/bin/drill-tui"), "--help"]
    env = clean_environment()
    bare_s, ours_s = best(10, [lambda: timed(python, env), lambda: timed(program, env)])
    detail = f"{ours_s * 1000:.0f} ms to {bare_s * 1000:.0f} ms"
    yield Goal("drill-tui --help / python -c pass", ours_s / bare_s, 6.0, detail)


def _talkative(work: Path) -> Iterator[Goal]:
    runbook = work / "talkative.yaml"
    runbook.write_text(RUNBOOK, "utf-8")
    artifacts = work / "talkative"
    argv = [str(PROJECT / ".venv/bin/drill-tui"), "--auto", "--runbook", str(runbook)]
    with (work / "talkative.out").open("wb") as sink:
        started = time.monotonic()
        child = subprocess.Popen(
            [*argv, "--artifacts", str(artifacts)],
            env=clean_environment(),
            cwd=PROJECT,
            stdout=sink,
            stderr=sink,
        )
        peak = _peak_bytes(child)
        seconds = time.monotonic() - started
    if child.returncode != 0:
        raise SystemExit((work / "talkative.out").read_text(errors="replace")[-3000:])
    logs = list(artifacts.glob("*/logs/*talk*"))
    written = sum(1 for log in logs for line in log.open("rb") if line.rstrip().endswith(b"talks a lot"))
    yield Goal("log lines per second", LINES / seconds, 200_000, f"{seconds:.1f} s in all", at_least=True)
    yield Goal("peak resident MB", peak / 1e6, 150, f"while it logs {LINES:,} lines")
    yield Goal("log lines on disk", written, LINES, "every one", at_least=True)


def _peak_bytes(child: subprocess.Popen[bytes]) -> int:
    """The most memory it held at once, as the kernel keeps it (VmHWM of proc_pid_status)."""
    status, peak = Path(f"/proc/{child.pid}/status"), 0
    while child.poll() is None:
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                peak = max(peak, int(line.split()[1]) * 1024)
        time.sleep(POLL_S)
    return peak
