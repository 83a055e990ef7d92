"""How the end of a journal is found, however long its lines are."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from drill_tui.engine.recovery.orphans import find_kept_too_long, find_orphans

LONG_LISTS = [1, 64 * 1024, 3 * 64 * 1024, 2 * 1024 * 1024]
"""Bytes of evidence that the last line names: less than a block, a block, several."""


def journal(artifacts: Path, *lines: str, torn: str = "") -> Path:
    """A run's directory; the lines hold what is looked for and nothing else."""
    run = artifacts / "a-run"
    run.mkdir()
    (run / "events.jsonl").write_text("".join(f"{line}\n" for line in lines) + torn)
    return run


def line(event: str, more: str = "") -> str:
    return f'{{"type":"{event}"{more}}}'


@pytest.mark.parametrize("size", LONG_LISTS)
@pytest.mark.parametrize("torn", ["", '{"type":"drill', "x" * 100_000])
def test_a_long_last_line_closes_its_drill(size: int, torn: str, tmp_path: Path) -> None:
    ended = line("drill.ended", f',"evidence":"{"e" * size}"')
    journal(tmp_path, line("drill.started"), ended, torn=torn)
    assert find_orphans(tmp_path) == []


@pytest.mark.parametrize("size", LONG_LISTS)
def test_a_long_last_line_of_another_kind_does_not(size: int, tmp_path: Path) -> None:
    noted = line("note.added", f',"text":"{"e" * size}"')
    run = journal(tmp_path, line("drill.ended"), noted, torn=line("drill.ended"))
    assert find_orphans(tmp_path) == [run]


@pytest.mark.parametrize("torn", ["", line("drill.ended")])
def test_without_a_whole_line_there_is_nothing_to_clean(torn: str, tmp_path: Path) -> None:
    journal(tmp_path, torn=torn)
    assert find_orphans(tmp_path) == []


@pytest.mark.parametrize("size", LONG_LISTS)
@pytest.mark.parametrize("result", ["kept", "clean"])
def test_the_last_cleanup_is_found_before_a_long_line(size: int, result: str, tmp_path: Path) -> None:
    other = "clean" if result == "kept" else "kept"
    cleanups = [line("cleanup.ended", f',"result":"{word}"') for word in (other, result)]
    run = journal(tmp_path, *cleanups, line("drill.ended", f',"evidence":"{"e" * size}"'))
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(run / "events.jsonl", (two_days_ago, two_days_ago))
    assert find_kept_too_long(tmp_path) == ([run] if result == "kept" else [])
