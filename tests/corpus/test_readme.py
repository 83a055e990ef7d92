"""Every case that the corpus' table promises is still there, by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from drill_tui.faults.catalogue import CATALOGUE

HERE = Path(__file__).parent
ROWS = re.findall(r"^\| (.+?) \| `([^`]+)` (`.+`) \|$", (HERE / "README.md").read_text(), re.MULTILINE)


def test_the_table_is_read() -> None:
    assert len(ROWS) > 55
    assert len({case for case, _, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("case", "file", "names"), ROWS, ids=[case for case, _, _ in ROWS])
def test_a_case_is_tried_where_the_table_says(case: str, file: str, names: str) -> None:
    text = (HERE / file).read_text()
    for name in re.findall(r"`([^`]+)`", names):
        if name.startswith("test_"):
            assert f"\ndef {name}(" in text, case
        else:
            assert name in text, case
        if re.fullmatch(r"[a-z-]+", name):
            assert f'"{name}"' in text, case


def test_a_fault_that_no_copy_can_hold_is_tried_too() -> None:
    cases = {case for case, _, _ in ROWS}
    assert {fault.id for fault in CATALOGUE if fault.injury is None} <= cases
