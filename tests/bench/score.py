"""What the score of a drill costs: 40 faults against one drill, and the memory of all its processes."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import PROJECT, Goal, clean_environment, timed
from tests.bench.memory import run_watched

FAULTS = 40
CLEAN_COPIES = 20
DRILL_TUI = str(PROJECT / ".venv/bin/drill-tui")


def goals(options: argparse.Namespace, work: Path) -> Iterator[Goal]:
    environment = clean_environment()
    plain_s = timed([DRILL_TUI, "--auto", "--artifacts", str(work / "plain")], environment)
    folder = work / "scored"
    command = [DRILL_TUI, "score", "--clean-copies", str(CLEAN_COPIES), "--artifacts", str(folder)]
    began = time.monotonic()
    peak = run_watched(command, environment)
    scored_s = time.monotonic() - began
    (found,) = folder.glob("*/score.json")
    score = json.loads(found.read_text())
    tried = [mutant for mutant in score["mutants"] if mutant["fate"] != "does not fit"]
    copies = len(tried) + CLEAN_COPIES * 2
    forty_s = plain_s + score["duration_s"] * FAULTS / copies
    noticed = sum(mutant["fate"] == "noticed" for mutant in tried)
    yield Goal(
        "score of 40 faults / one drill",
        forty_s / plain_s,
        4.0,
        f"{forty_s:.1f} s to {plain_s:.1f} s; {len(tried)} faults, {CLEAN_COPIES} copies: {scored_s:.1f} s",
    )
    yield Goal("faults noticed by the right criterion, share", noticed / len(tried), 1.0, "", at_least=True)
    yield Goal("false alarms on 20 clean copies, and 1", len(score["false_alarms"]) + 1, 1.0, "")
    yield Goal(
        "memory of a score, all processes, MB",
        peak.all_mb,
        200.0,
        f"programs {peak.programs_mb:.0f}, servers {peak.servers_mb:.0f}; largest process "
        f"{peak.largest_mb:.0f}; PSS at the peak, {peak.samples} samples",
    )
