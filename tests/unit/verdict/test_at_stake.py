"""What people agree to at a gate: four facts, and what nobody knows is said."""

from __future__ import annotations

from drill_tui.verdict.at_stake import at_stake
from drill_tui.verdict.state import DrillState
from tests.tui.storyteller import PROOF, Storyteller


def told(story: Storyteller) -> dict[str, str]:
    return {fact.name: fact.words for fact in at_stake(DrillState.of(story.records), story.now)}


def test_nothing_is_at_stake_before_a_target_was_started() -> None:
    assert told(Storyteller().start().whole_step("open_source", "source.open", 2)) == {}


def test_the_four_facts_of_a_restore_and_the_age_grows_while_people_wait() -> None:
    facts = told(Storyteller().until_gate().wait(600))
    assert facts["Target"] == "local PostgreSQL 18.6 at /tmp/drill-3fa9:15432, database zakops_restore"
    assert facts["Backup"] == "zakops_20261118T140104Z, 851 MB"
    assert facts["Its age"].startswith("10 min 50 s;"), "46 s old when checked, 4 s of steps, 600 s here"
    younger = told(Storyteller().until_gate())["Its age"]
    assert younger == "50 s; what was written since is not in it", "no hundredths of a second"
    assert facts["Isolation"] == f"network-namespace: {PROOF['isolation_proof']}"


def test_what_no_step_has_told_does_not_hold() -> None:
    story = Storyteller().start().whole_step("start_target", "target.start", 3, {"kind": "local"})
    facts = at_stake(DrillState.of(story.records), story.now)
    assert [(fact.name, fact.holds) for fact in facts] == [
        ("Target", True),
        ("Backup", False),
        ("Its age", False),
        ("Isolation", False),
    ]
