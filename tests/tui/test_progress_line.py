"""What a running step has done, in one line."""

from __future__ import annotations

import pytest

from drill_tui.engine.record.events import Progress
from drill_tui.tui.widgets.step_card import progress_line


@pytest.mark.parametrize("eta_s", [None, 60.0])
@pytest.mark.parametrize("width", [60, 100])
def test_label_and_amounts_stay_apart(width: int, eta_s: float | None) -> None:
    progress = Progress(step="restore", label="restore", done=0, total=102_800, unit="rows", eta_s=eta_s)
    told = progress_line(progress, width).plain
    assert "restore  0 of 102.8 k rows" in told
