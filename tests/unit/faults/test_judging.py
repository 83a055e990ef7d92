"""What a fault comes to, what is said of it on a terminal and in JUnit, and the step that a score adds."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from junitparser import JUnitXml

from drill_tui.engine.record.events import Finding
from drill_tui.faults.catalogue import BY_ID
from drill_tui.faults.score.asking import Answer
from drill_tui.faults.score.judging import alarms, mutant, not_tried
from drill_tui.faults.score.junit import junit
from drill_tui.faults.score.runbook import STEP_ID, CannotScoreError, with_score
from drill_tui.faults.score.table import print_score
from drill_tui.runbook.load import load, parse_text
from drill_tui.verdict.score import Fate, Mutant, Score

ROOT = Path(__file__).parents[3]
MET, MISSED, UNPROVEN = Finding.MET, Finding.MISSED, Finding.UNPROVEN
CLEAN = {"data_integrity": MET, "foreign_keys": MET, "rto": UNPROVEN}
FAULT = BY_ID["row-deleted"]


def judged(**broken: Finding) -> Mutant:
    return mutant(FAULT, "public.orders", CLEAN, Answer({**CLEAN, **broken}), {"rows": False})


@pytest.mark.parametrize(
    ("broken", "fate"),
    [
        ({"data_integrity": MISSED}, Fate.NOTICED),
        ({"data_integrity": MISSED, "foreign_keys": MISSED}, Fate.NOTICED),
        ({"foreign_keys": MISSED}, Fate.ELSEWHERE),
        ({"data_integrity": UNPROVEN}, Fate.DOUBTED),
        ({}, Fate.SURVIVED),
        ({"rto": MISSED}, Fate.SURVIVED),
    ],
)
def test_only_a_criterion_that_was_met_and_is_missed_notices(
    broken: Mapping[str, Finding], fate: Fate
) -> None:
    assert judged(**broken).fate is fate


def test_a_step_that_fails_without_a_word_is_no_pass() -> None:
    assert mutant(FAULT, "", CLEAN, Answer(CLEAN, ("verify",)), {}).fate is Fate.DOUBTED


def test_a_survivor_is_told_what_would_have_caught_it() -> None:
    assert "scripts/verify.sh would have noticed" in judged().advice
    without = mutant(FAULT, "", {"foreign_keys": MET}, Answer({"foreign_keys": MET}), {})
    assert "This runbook has no criterion data_integrity" in without.advice
    blind = mutant(FAULT, "", {**CLEAN, "data_integrity": UNPROVEN}, Answer(CLEAN), {})
    assert "was not met before anything was broken" in blind.advice
    assert judged(data_integrity=MISSED).advice == ""


def test_whatever_changes_on_an_unbroken_copy_is_an_alarm() -> None:
    assert alarms(CLEAN, CLEAN) == ()
    (said,) = alarms(CLEAN, {**CLEAN, "foreign_keys": UNPROVEN})
    assert said == "foreign_keys: met, and unproven on an unbroken copy"


def score(*mutants: Mutant, **changes: object) -> Score:
    found = Score(
        run_id="r",
        backup="b",
        checks=("verify",),
        criteria={"data_integrity": "The data is what was backed up"},
        mutants=mutants,
        clean_copies=1,
        false_alarms=(),
        duration_s=1.0,
    )
    return found.model_copy(update=changes)


def test_a_score_is_perfect_only_when_all_was_noticed_and_nothing_else_was_said() -> None:
    noticed = judged(data_integrity=MISSED)
    assert score(noticed).is_perfect
    assert score(noticed, not_tried(FAULT, Fate.NO_SITE, "")).is_perfect
    assert not score(noticed, judged()).is_perfect
    assert not score(noticed, not_tried(FAULT, Fate.NOT_JUDGED, "")).is_perfect
    assert not score(noticed, false_alarms=("x",)).is_perfect
    assert not score().is_perfect
    assert score(noticed, judged()).share == 0.5


def test_junit_fails_what_nobody_noticed() -> None:
    text = junit(score(judged(data_integrity=MISSED), judged(), false_alarms=("odd \x1b",)))
    (suite,) = JUnitXml.fromstring(text.encode())
    assert (suite.tests, suite.failures, suite.errors) == (3, 2, 0)


def test_the_table_names_survivors_first_and_what_would_have_caught_them() -> None:
    out = io.StringIO()
    print_score(score(judged(), judged(data_integrity=MISSED)), out)
    text = out.getvalue()
    assert text.index("survived") < text.index("noticed  ")
    assert "! row-deleted" in text
    assert "1 of 2 (50%)" in text


@pytest.mark.parametrize("name", ["restore-drill", "latest-backup"])
def test_the_step_comes_behind_the_last_check_of_the_restored_database(name: str) -> None:
    scored = with_score(load(ROOT / "runbooks" / f"{name}.yaml"), "row-deleted", 3)
    ids = [step.id for step in scored.runbook.steps]
    assert ids[ids.index("verify") + 1] == STEP_ID
    assert parse_text(scored.text) == scored.runbook
    assert scored.runbook.criteria["notices_faults"].required is False
    step = scored.runbook.steps[ids.index(STEP_ID)]
    assert (step.connect, step.arguments["clean_copies"]) == ("start_target", 3)


def test_a_runbook_that_restores_nothing_cannot_be_scored(tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text("version: 1\nid: b\ntitle: B\nsteps: [{id: a, title: A, run: [/bin/true]}]\n")
    with pytest.raises(CannotScoreError, match=r"step that uses target\.start"):
        with_score(load(path))
