"""docs/compatibility.md names the databases that `make soak-good` drills: all of them, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from tests.soak.samples import samples
from tests.soak.whole import CASES

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"


def test_the_table_names_what_is_drilled() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    drilled = [sample.name for sample in samples()] + [case.name for case in CASES]
    assert sorted(named) == sorted(drilled)
    assert len(set(drilled)) == len(drilled) >= 60
