"""A folder in which drills end, and what comes after them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.programme.aftermath_rig import Aftermath


@pytest.fixture
def drills(tmp_path: Path) -> Aftermath:
    return Aftermath(tmp_path)
