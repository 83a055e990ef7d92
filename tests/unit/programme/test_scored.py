"""The score of a drill in the series of drills."""

from __future__ import annotations

import io
from pathlib import Path

from drill_tui.programme.history import history, to_csv
from drill_tui.programme.shelf import read_shelf
from drill_tui.programme.tables import print_history
from tests.unit.programme.past import DAY, leave


def test_history_keeps_the_score_of_the_last_drill_that_had_one(tmp_path: Path) -> None:
    leave(tmp_path, 3 * DAY, score={"tried": "80", "noticed": "78", "survived": "2"})
    leave(tmp_path, DAY)
    past = history(read_shelf(tmp_path))
    assert [(row.faults_tried, row.faults_noticed) for row in past.drills] == [(80, 78), (None, None)]
    assert "faults_tried,faults_noticed" in to_csv(past).splitlines()[0]
    out = io.StringIO()
    print_history(past, out)
    assert "; score 78 of 80" in out.getvalue()
