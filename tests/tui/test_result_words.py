"""What the result screen says above the page: the verdict, and what it is worth."""

from __future__ import annotations

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.runbook.mode import Mode
from drill_tui.tui.result_words import page, verdict_words
from drill_tui.tui.widgets.criteria_panel import proven_so_far
from drill_tui.verdict.fold import fold
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.state import DrillState
from tests.tui.storyteller import Storyteller


@pytest.mark.parametrize(
    ("mode", "kind", "said"),
    [
        (Mode.GUIDED, "configured", "Every required criterion is met."),
        (Mode.GUIDED, "demo", "The generated demo database was drilled, not yours."),
        (Mode.TRAINING, "configured", "This was training: it does not count as a drill."),
    ],
)
def test_a_pass_says_what_it_does_not_count_for(mode: Mode, kind: str, said: str) -> None:
    report = fold(Storyteller(mode).whole().records)
    report = report.model_copy(update={"source": {**report.source, "kind": kind}})
    why = verdict_words(report).plain.splitlines()[1]
    assert why.startswith(said)


def test_after_a_refusal_the_next_thing_to_do_is_about_what_was_refused() -> None:
    story = Storyteller().until_gate()
    ada = ev.Signature(name="Ada Lovelace", role="lead", at=story.now, via="screen", attested="same-terminal")
    story.tell(
        ev.GateAnswered(step="restore", answer="rejected", by=(ada,), reason="the wrong day", wait_s=4)
    )
    story.end("restore", ev.Outcome.REJECTED, ev.Result.FAIL, "gate rejected: the wrong day")
    told = page(fold(story.clean_up(ev.EndReason.REJECTED).records), Laps(), None, 100).plain
    assert "was not started: Ada Lovelace (lead) refused: The wrong day." in told
    assert "Settle that, then run the same drill again" in told
    assert "Read the log" not in told


def test_times_are_proven_before_the_debrief_and_nothing_is_pending_at_the_end() -> None:
    before = proven_so_far(DrillState.of(Storyteller().until_verified().records), 60).plain
    assert before.startswith("To prove")
    assert "✓ Restored and verified within 30 min  met" in before
    assert "✓ At most 24 h of data lost  met" in before
    after = proven_so_far(DrillState.of(Storyteller().whole().records), 60).plain
    assert after.startswith("Criteria")
    assert not [row for row in after.splitlines() if row.startswith("·")]
