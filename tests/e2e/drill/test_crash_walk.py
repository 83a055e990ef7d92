"""A crash at every event of the shipped runbook: what is left is removed exactly, or gone on with.

One drill is walked along all of its events: struck right after an event is durable, then taken up again up to
the next one, so that every crash is followed both by `clean` (on the very state that the crash left; the
state is put back afterwards) and by `resume`. Where `resume` must not repeat the step that was cut off, it
has to go to cleanup, and the walk goes on from before that step. Kills of drill-tui and power cuts take
turns; in a power cut everything of the run dies at once and the journal's last line is torn. The way is
walked twice, so that each event is struck by both. The first time, the target is killed as well, alone, at
each event at which it lives, and the drill goes on to its end from the state before. A step's program lives
at one event only, its start: its words are recorded once it has ended.

Each walk is shared by two drills, so that it takes two cores; the events of a demo source and of containers
are walked by nobody.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.recovery.recover import find_orphans
from tests.e2e.drill.crashing import REASONS, Label, label_of
from tests.e2e.drill.running import nothing_left
from tests.e2e.drill.stage import Stage, staged

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ONCE_ONLY = ("backup", "restore")
"""Steps that are not idempotent: headless, they are not repeated."""
PROGRAMS = ("backup", "check_backup", "restore", "verify")
"""Steps that run a program."""
both = pytest.mark.parametrize("victims", [["drill", "power", "target"], ["power", "drill"]])
"""Who is struck at the events by turns; the target lives on, or not."""
HALF_WAY: Label = ("step.ended", "restore", "")
TARGET_UP: Label = ("resource.claimed", "start_target", "process")
CLEANUP: Label = ("cleanup.started", "", "")
VERIFIED: Label = ("evidence.recorded", "verify", "required_tables")
"""The first of the words that verification left when it ended: nobody asks the target any more."""


@pytest.fixture
def stage(shop: dict[str, str], tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path / "player.log", shop) as made:
        yield made


@pytest.fixture(scope="module")
def known_way() -> list[Label]:
    """What the first test here finds out."""
    return []


@pytest.fixture
def way(
    known_way: list[Label], shop: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> list[Label]:
    """Every event of a drill that nobody strikes, in order."""
    if known_way:
        return known_way
    with staged(tmp_path_factory.mktemp("whole") / "player.log", shop) as undisturbed:
        assert undisturbed.play("start") == {"exit": REASONS.index(ev.EndReason.COMPLETED)}
        labels = [label_of(record.event) for record in undisturbed.records]
    assert len(labels) == len(set(labels)) > 60
    assert tuple(step for kind, step, _ in labels if kind == "process.started") == PROGRAMS
    known_way += labels
    return known_way


def what_is_left(stage: Stage) -> list[str]:
    """Nothing of the run may be left: no process, no folder, no secret, no backup; the bystander stays."""
    nothing_left(stage.run_dir)
    assert (stage.work / "bystander").exists()
    return [path.name for path in stage.work.iterdir() if path.name != "bystander"] + stage.living()


def may_go_on(stage: Stage) -> bool:
    return not any(stage.state.step(step).attempt_open for step in ONCE_ONLY)


def check_clean(stage: Stage, at: Label) -> None:
    over = at[0] == "drill.ended"
    assert find_orphans(stage.artifacts) == ([] if over else [stage.run_dir]), at
    assert stage.play("clean") == {"exit": 0}, at
    assert what_is_left(stage) == [], at
    assert stage.records[-1].event.TYPE == "drill.ended", at
    started = {r.event.step for r in stage.records if isinstance(r.event, ev.StepStarted)}
    assert started <= set(stage.results), at
    assert find_orphans(stage.artifacts) == [], at


def check_given_up(stage: Stage, at: Label) -> None:
    assert stage.play("resume") == {"exit": REASONS.index(ev.EndReason.CRASHED)}, at
    assert stage.report.verdict == "error", at
    assert what_is_left(stage) == [], at


def check_without_target(stage: Stage, at: Label, way: list[Label]) -> None:
    """The target is killed here: the drill fails where it is next needed, and cleans up all the same."""
    ended = stage.play("resume", at, "target")
    report = stage.report
    assert report.cleanup == "clean", at
    assert what_is_left(stage) == [], at
    if way.index(at) >= way.index(VERIFIED):
        assert (ended, report.verdict) == ({"exit": REASONS.index(ev.EndReason.COMPLETED)}, "pass"), at
        return
    assert report.verdict in {"fail", "error"}, at
    failed = next((step.id for step in report.steps if step.outcome in {"failed", "error"}), "")
    if not failed:
        assert any("could not be brought back" in note.text for note in report.notes), at
        return
    assert way.index(("step.started", failed, "")) >= way.index(("step.started", at[1], "")), at
    assert f"step {failed}" in (report.failure_reason or ""), at


def walk(stage: Stage, stretch: list[Label], way: list[Label], victims: list[str]) -> int:
    """Struck at each event of the stretch in turn; how many of the crashes the run itself lived through."""
    survived = 0
    target_lives = set(way[way.index(TARGET_UP) : way.index(CLEANUP)]) if "target" in victims else set()
    for number, at in enumerate(stretch):
        before = stage.results if survived else {}
        if survived and (at in target_lives or at[1] in ONCE_ONLY):
            stage.save("good")
        if survived and at in target_lives:
            check_without_target(stage, at, way)
            stage.put_back("good", last_time=at[1] not in ONCE_ONLY)
        stage.strike(at, victims[number % 2])
        assert stage.results.items() >= before.items(), f"{at}: a finished step must keep its result"
        (stage.work / "bystander").mkdir(exist_ok=True)
        stage.save("crashed")
        check_clean(stage, at)
        stage.put_back("crashed", last_time=True)
        if may_go_on(stage):
            survived += 1
        else:
            check_given_up(stage, at)
            stage.put_back("good", last_time=True)
    return survived


@pytest.mark.xdist_group("drill_walk_1")
@both
def test_struck_at_every_event_until_the_data_is_restored(
    victims: list[str], stage: Stage, way: list[Label]
) -> None:
    survived = walk(stage, way[: way.index(HALF_WAY) + 1], way, victims)
    assert stage.play("resume") == {"exit": REASONS.index(ev.EndReason.COMPLETED)}
    check_passed(stage, survived)


@pytest.mark.xdist_group("drill_walk_2")
@both
def test_struck_at_every_event_from_then_on(victims: list[str], stage: Stage, way: list[Label]) -> None:
    half = way.index(HALF_WAY)
    recovery: list[Label] = [("drill.recovered", "", ""), TARGET_UP]
    survived = walk(stage, [HALF_WAY, *recovery, *way[half + 1 :]], way, victims)
    check_passed(stage, survived - 1)


def check_passed(stage: Stage, recovered: int) -> None:
    """After all the crashes every criterion is met, and the report tells the story."""
    report = stage.report
    assert report.verdict == "pass", report.failure_reason
    assert {criterion.result for criterion in report.criteria} == {"met"}
    assert report.recovered == recovered
    attempts = {step.id: [attempt.outcome for attempt in step.attempts] for step in report.steps}
    assert all(attempts[step] == ["passed"] for step in ONCE_ONLY)
    assert what_is_left(stage) == []


@pytest.mark.xdist_group("drill_walk_1")
@pytest.mark.parametrize("step", PROGRAMS)
def test_a_step_that_is_killed_fails_the_drill_and_leaves_nothing(step: str, stage: Stage) -> None:
    stage.play("start", ("process.started", step, ""), "step")
    (stage.work / "bystander").mkdir()
    assert stage.report.verdict in {"fail", "error"}
    struck = next(s for s in stage.report.steps if s.id == step)
    assert struck.attempts[0].exit_code == 128 + signal.SIGKILL
    assert what_is_left(stage) == []


@pytest.mark.xdist_group("drill_walk_2")
@pytest.mark.parametrize("kind", ["cleanup.started", "step.started", "attempt.started"])
def test_a_target_that_is_killed_when_cleanup_begins_changes_no_verdict(kind: str, stage: Stage) -> None:
    """A drill that is taken up in its cleanup has no target any more: these events need a whole one."""
    at = (kind, "" if kind == CLEANUP[0] else "stop_target", "")
    assert stage.play("start", at, "target") == {"exit": REASONS.index(ev.EndReason.COMPLETED)}
    (stage.work / "bystander").mkdir()
    assert (stage.report.verdict, stage.report.cleanup) == ("pass", "clean")
    assert what_is_left(stage) == []
