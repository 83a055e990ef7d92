"""Bytes done out of which tables are being copied, and what a script says about it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from drill_tui.postgres.backup.progress import DumpProgress, TimeLeft
from drill_tui.postgres.client import talkback
from tests.unit.postgres.test_digest import TABLE

BIG = replace(TABLE, oid=1, name="big", size_bytes=1000, estimated_rows=100)
MIDDLE = replace(TABLE, oid=2, name="middle", size_bytes=500, estimated_rows=-1)
SMALL = replace(TABLE, oid=3, name="small", size_bytes=100, estimated_rows=10)


def test_a_table_in_work_counts_by_its_rows() -> None:
    progress = DumpProgress([BIG, MIDDLE, SMALL], in_order=True)
    progress.observe({1: 25})
    assert (progress.done_bytes, progress.total_bytes) == (250, 1600)
    assert progress.label == "dumping public.big"


def test_larger_tables_are_done_when_a_smaller_one_is_in_work() -> None:
    progress = DumpProgress([BIG, MIDDLE, SMALL], in_order=True)
    progress.observe({3: 5})
    assert progress.done_bytes == 1000 + 500 + 50


def test_without_an_order_only_what_was_seen_counts() -> None:
    progress = DumpProgress([BIG, MIDDLE, SMALL], in_order=False)
    progress.observe({3: 5})
    assert progress.done_bytes == 50
    progress.observe({})
    assert progress.done_bytes == 100


def test_exact_counts_are_better_than_estimates() -> None:
    progress = DumpProgress([MIDDLE], in_order=True, rows={2: 200})
    progress.observe({2: 50})
    assert progress.done_bytes == 125


def test_time_left_is_unknown_at_first_and_then_follows_the_pace() -> None:
    left = TimeLeft()
    assert left.estimate(1, 100) is None
    left.started -= 10
    estimate = left.estimate(25, 100)
    assert estimate is not None
    assert 29.9 < estimate < 31
    assert left.estimate(0, 100) is None


@pytest.fixture
def channels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OUTPUT", "PROGRESS", "EVIDENCE"):
        monkeypatch.setenv(f"DRILL_{name}", str(tmp_path / name))
    return tmp_path


def test_a_script_talks_back_through_files(channels: Path) -> None:
    talkback.output("backup", "/a\nsecond=line")
    talkback.evidence("backup_completes", "met", 'said "so"', "all")
    talkback.progress("dump", 10, 10, "bytes")
    assert (channels / "OUTPUT").read_text() == "backup=/a second=line\n"
    assert json.loads((channels / "EVIDENCE").read_text())["detail"] == 'said "so"'
    assert json.loads((channels / "PROGRESS").read_text())["done"] == 10


def test_by_hand_it_says_nothing_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("OUTPUT", "PROGRESS", "EVIDENCE"):
        monkeypatch.delenv(f"DRILL_{name}", raising=False)
    talkback.output("a", "b")
    talkback.evidence("x", "met", "y")
    talkback.progress("dump", 10, 10, "bytes")
    talkback.end_progress()
    assert capfd.readouterr() == ("", "")


def test_the_line_for_people() -> None:
    line = talkback.progress_line("public.events", 1.9e9, 3.1e9, "bytes", 41)
    assert line == " 61 %  public.events  1.9G of 3.1G bytes  0:41 left"
