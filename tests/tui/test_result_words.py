"""What the result screen says above the page: the verdict, and what it is worth."""

from __future__ import annotations

import pytest

from drill_tui.runbook.mode import Mode
from drill_tui.tui.result_words import verdict_words
from drill_tui.verdict.fold import fold
from tests.tui.storyteller import Storyteller


@pytest.mark.parametrize(
    ("mode", "kind", "said"),
    [
        (Mode.GUIDED, "configured", "Every required criterion is met."),
        (Mode.GUIDED, "demo", "The generated demo database was drilled, not yours."),
        (Mode.TRAINING, "configured", "Training: this does not count as a drill."),
    ],
)
def test_a_pass_says_what_it_does_not_count_for(mode: Mode, kind: str, said: str) -> None:
    report = fold(Storyteller(mode).whole().records)
    report = report.model_copy(update={"source": {**report.source, "kind": kind}})
    why = verdict_words(report, large=False).plain.splitlines()[1]
    assert why.startswith(said)
