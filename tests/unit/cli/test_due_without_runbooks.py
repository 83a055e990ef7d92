"""`drill-tui due` where nothing could be due: no all-clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.cli.exits import Exit, UserError
from drill_tui.cli.series import due


def test_without_a_runbook_nothing_can_be_said_of_what_is_due(tmp_path: Path) -> None:
    (tmp_path / "runbooks").mkdir()
    with pytest.raises(UserError, match="runbooks holds no runbook") as refusal:
        due(True, None, False, tmp_path, None)
    assert refusal.value.code == Exit.ERROR
    assert refusal.value.advice.endswith(f"drill-tui init {tmp_path}")
