"""What the guided face costs: first paint, an idle drill, and steps that print far more than anybody reads.

Measured on the real program, on a terminal of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.journal import read_journal
from drill_tui.engine.text.sanitise import strip_controls
from tests.bench.measure import PROJECT, Goal, empty
from tests.bench.on_terminal import WAIT_S, OnTerminal

PROGRAM = str(PROJECT / ".venv/bin/drill-tui")
STARTS = 7
IDLE_S = 15.0
SETTLE_S = 3.0
LINES = 1_000_000
ROUNDS = 40
WIDE = (200, 50)
FLOOD = ["seq", "-f", "line %010.0f of the log of a step that talks a lot", "1", str(LINES)]
KINDS = {"lines": f"{LINES:,} lines", "hostile": "1 MB lines, markup, escapes, no UTF-8"}
RUNBOOK = """\
version: 1
id: {name}
title: A step of the bench
criteria:
  rto: {{title: In time, measure: {{from: print.start, to: print.end}}, clock: wall, max: 30m}}
steps:
  - id: print
    title: Print
    run: {run}
    timeout: 10m
"""
HOSTILE = b"\n".join(
    [
        b"x" * 1_000_000,
        b"[/x] [bold]not bold[/ [@click=app.quit]do not click[/]",
        b"\x1b[31mred\x1b[0m \x1b[2J\x1b[H\x1b]0;title\x07 \x1b[?1049l \x1bc after \x9b1m",
        b"\xff\xfe\x80 not UTF-8 \xc3",
        "漢字 ünï\u202ecode 👩\u200d💻".encode(),
        b"10 %\r50 %\r100 %",
        b"tab\there",
        b"ERROR:  " + b"y" * 1_000_000,
        b"",
    ]
)
"""One round of what no log should hold; about 2 MB."""


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    folder = empty(work / "screen")
    yield _first_paint(folder)
    yield _idle(folder)
    lines = "".join(f"line {n:010} of the log of a step that talks a lot\n" for n in range(1, LINES + 1))
    yield from _flooded(folder, "lines", FLOOD, lines)
    payload = folder / "payload"
    payload.write_bytes(HOSTILE)
    shell = ["sh", "-c", f"for i in $(seq {ROUNDS}); do cat {payload}; done"]
    cleaned = strip_controls(HOSTILE.decode("utf-8", "replace")).replace("\r", "\n")
    yield from _flooded(folder, "hostile", shell, cleaned * ROUNDS)


def _first_paint(folder: Path) -> Goal:
    """From exec to the first whole home screen: the project's own runbooks, with when each is due.

    As people start it: without arguments, where the project is.
    """
    project = empty(folder / "start")
    for name in ("runbooks", "scripts"):
        shutil.copytree(PROJECT / name, project / name)
    found, worked = [], []
    for _ in range(STARTS):
        program = OnTerminal([PROGRAM], folder, start_in=project)
        found.append(program.wait_for("Quarterly restore drill", "never drilled", "Quit"))
        worked.append(program.processor_s())
        program.end()
    times = " ".join(f"{seconds:.2f}" for seconds in sorted(found))
    detail = f"median of {times}; {median(worked):.2f} s of it processor time"
    return Goal("first paint, s", median(found), 1.0, detail)


def _idle(folder: Path) -> Goal:
    project = project_of(folder, "idle", ["sleep", "600"])
    program = signed_in(project, [PROGRAM], project / "artifacts")
    program.press("c")
    program.wait_for("machine", "running")
    time.sleep(SETTLE_S)
    before, began = program.processor_s(), time.monotonic()
    time.sleep(IDLE_S)
    spent, took = program.processor_s() - before, time.monotonic() - began
    program.end()
    return Goal(
        "idle drill, % of a core",
        100 * spent / took,
        5.0,
        f"{spent:.2f} s of {took:.0f} s, stopwatch running",
    )


def _flooded(folder: Path, name: str, run: list[str], expected: str) -> Iterator[Goal]:
    what = KINDS[name]
    project = project_of(folder, name, run)
    artifacts, late_beats = project / "artifacts", project / "late.jsonl"
    program = signed_in(project, [sys.executable, "-m", "tests.bench.pulse", str(late_beats)], artifacts)
    program.press("c")
    wait_for_report(artifacts)
    program.wait_for("Artifacts")
    peak = program.peak_bytes()
    program.press("q")
    program.gone()
    (journal,) = artifacts.glob("*/events.jsonl")
    yield worst_stall(what, journal, late_beats)
    yield Goal(f"peak resident MB ({what})", peak / 1e6, 200, f"{len(expected) / 1e6:.0f} MB printed")
    (log,) = journal.parent.glob("logs/*print*")
    yield Goal(f"log as it was printed ({what})", float(_same(log, expected)), 1, "every byte on disk", True)


def worst_stall(what: str, journal: Path, late_beats: Path) -> Goal:
    """The longest that the screen stood still in the whole visit, from its first beat to its last."""
    began, ended = _step_times(journal)
    late = [json.loads(line) for line in late_beats.read_text("utf-8").splitlines()]
    worst = max(late, key=lambda beat: beat["late_s"], default={"late_s": 0.0, "work_s": 0.0, "at": began})
    during = [beat["late_s"] for beat in late if began <= beat["at"] <= ended + 0.5]
    step = f"{1000 * max(during, default=0.0):.0f} ms, and {len(during)} beats 20 ms late"
    return Goal(
        f"worst stall of the whole visit, ms ({what})",
        1000 * worst["late_s"],
        100,
        f"{1000 * worst['work_s']:.0f} ms of it work, {worst['at'] - began:+.1f} s from the step's start; "
        f"while the step ran {step} in {ended - began:.1f} s",
    )


def project_of(folder: Path, name: str, run: list[str]) -> Path:
    """A project whose only runbook has one step, which runs this."""
    project = empty(folder / name)
    (project / "runbooks").mkdir()
    text = RUNBOOK.format(name=name, run=json.dumps(run))
    (project / "runbooks" / f"{name}.yaml").write_text(text, "utf-8")
    return project


def signed_in(project: Path, command: list[str], artifacts: Path) -> OnTerminal:
    """The program with its drill under way, which stands still before its step: `c` runs through."""
    arguments = ["--project", str(project), "--runbook", project.name, "--artifacts", str(artifacts)]
    program = OnTerminal([*command, *arguments], project, size=WIDE)
    program.wait_for("Start the drill")
    program.press("\x13")
    program.wait_for("run through")
    return program


def wait_for_report(artifacts: Path) -> None:
    deadline = time.monotonic() + WAIT_S
    while not list(artifacts.glob("restore_drill_*.json")):
        if time.monotonic() > deadline:
            raise SystemExit(f"no report in {artifacts}")
        time.sleep(0.1)


def _step_times(journal: Path) -> tuple[float, float]:
    """When the step's process began and ended, in seconds since the epoch."""
    records = read_journal(journal)
    (began,) = [record.at for record in records if isinstance(record.event, ev.AttemptStarted)]
    (ended,) = [record.at for record in records if isinstance(record.event, ev.AttemptEnded)]
    return began, ended


def _same(log: Path, expected: str) -> bool:
    digests = [
        hashlib.sha256(data).digest() for data in (log.read_bytes(), expected.encode("utf-8", "replace"))
    ]
    return digests[0] == digests[1]
