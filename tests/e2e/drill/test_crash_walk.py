"""`kill -9` at every event of the shipped runbook: what is left is removed exactly, or gone on with.

One drill is walked along all of its events: struck right after an event is durable, then taken up again up
to the next one, so that every crash is followed both by `clean` (on the very state that the crash left; the
state is put back afterwards) and by `resume`.  Where `resume` must not repeat the step that was cut off, it
has to go to cleanup, and the walk goes on from before that step.  Odd events are power cuts: everything of
the run dies at once and the journal's last line is torn.  Two drills share the way, so that it takes two
cores; the events of a demo source and of containers are walked by nobody.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drill_tui.engine import events as ev
from drill_tui.engine.journal import read_journal
from drill_tui.engine.process_group import RUN_MARK, marked
from drill_tui.engine.recover import find_orphans
from drill_tui.engine.run_state import RunState
from drill_tui.postgres.cluster import processes
from drill_tui.verdict.fold import fold
from tests.e2e.drill.crashing import REASONS, ROOT, Label, label_of
from tests.e2e.drill.running import clean_environment, nothing_left, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ONCE_ONLY = ("backup", "restore")
"""Steps that are not idempotent: headless, they are not repeated."""
HALF_WAY: Label = ("step.ended", "restore", "")


@dataclass
class Stage:
    """One run, its places, and the process that plays it."""

    place: Path
    work: Path
    player: subprocess.Popen[str]
    saved: dict[str, Path] = field(default_factory=dict)

    @property
    def artifacts(self) -> Path:
        return self.place / "artifacts"

    @property
    def run_dir(self) -> Path:
        (journal,) = self.artifacts.glob("*/events.jsonl")
        return journal.parent

    @property
    def records(self) -> list[ev.Record]:
        return read_journal(self.run_dir / "events.jsonl")

    def play(self, do: str, at: Label | None = None, victim: str = "drill") -> dict[str, int]:
        order: dict[str, Any] = {"do": do, "at": at, "victim": victim}
        order["place"] = str(self.artifacts if do == "start" else self.run_dir)
        assert self.player.stdin is not None
        assert self.player.stdout is not None
        self.player.stdin.write(json.dumps(order) + "\n")
        self.player.stdin.flush()
        answer: dict[str, int] = json.loads(self.player.stdout.readline())
        return answer

    def strike(self, at: Label, victim: str) -> None:
        """Start, or go on, until this event kills; what the dead drill had started must die as well."""
        started = self.artifacts.exists() and any(self.artifacts.iterdir())
        assert self.play("resume" if started else "start", at, victim) == {"signal": signal.SIGKILL}, at
        wait_until(lambda: not self.living(), f"the end of what the drill had started ({at})")
        journal = self.run_dir / "events.jsonl"
        assert label_of(self.records[-1].event) == at
        if victim == "power":
            whole = journal.read_bytes()
            journal.write_bytes(whole + whole.splitlines()[-1][:40])

    def living(self) -> list[str]:
        """Everything that runs for this run: programs of its steps, and servers in its places."""
        homes = [folder for folder in self.work.iterdir() if folder.name.startswith("drill-")]
        return [
            *marked({RUN_MARK: self.run_dir.name}).values(),
            *(h.name for h in homes if processes.inside(h)),
        ]

    def save(self, name: str) -> None:
        copy = self.place / f"saved-{name}"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        subprocess.run(["cp", "-a", self.artifacts, self.work, copy], check=True)
        self.saved[name] = copy

    def put_back(self, name: str) -> None:
        """As it was when it was saved; the copy stays."""
        for place in (self.artifacts, self.work):
            shutil.rmtree(place)
            subprocess.run(["cp", "-a", self.saved[name] / place.name, place.parent], check=True)


@contextmanager
def staged(place: Path, source: dict[str, str]) -> Iterator[Stage]:
    work = Path(tempfile.mkdtemp(prefix="walk-"))
    work.chmod(0o755)
    with (
        (place / "player.log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.drill.crashing"],
            cwd=ROOT,
            env=clean_environment({**source, "DRILL_WORK_DIR": str(work)}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as player,
    ):
        yield Stage(place, work, player)
        assert player.stdin is not None
        player.stdin.close()
    shutil.rmtree(work)


@pytest.fixture
def stage(shop: dict[str, str], tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, shop) as made:
        yield made


@pytest.fixture
def way(shop: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[Label]:
    """Every event of a drill that nobody strikes, in order."""
    with staged(tmp_path_factory.mktemp("whole"), shop) as undisturbed:
        assert undisturbed.play("start") == {"exit": REASONS.index(ev.EndReason.COMPLETED)}
        labels = [label_of(record.event) for record in undisturbed.records]
    assert len(labels) == len(set(labels)) > 60
    return labels


def what_is_left(stage: Stage) -> list[str]:
    """Nothing of the run may be left: no process, no folder, no secret, no backup; the bystander stays."""
    nothing_left(stage.run_dir)
    assert (stage.work / "bystander").exists()
    return [path.name for path in stage.work.iterdir() if path.name != "bystander"] + stage.living()


def state_of(stage: Stage) -> RunState:
    state = RunState(run_id=stage.run_dir.name)
    for record in stage.records:
        state.apply(record.event, record.at)
    return state


def may_go_on(stage: Stage) -> bool:
    return not any(state_of(stage).step(step).attempt_open for step in ONCE_ONLY)


def results(stage: Stage) -> dict[str, ev.StepEnded]:
    return {r.event.step: r.event for r in stage.records if isinstance(r.event, ev.StepEnded)}


def check_clean(stage: Stage, at: Label) -> None:
    over = at[0] == "drill.ended"
    assert find_orphans(stage.artifacts) == ([] if over else [stage.run_dir]), at
    assert stage.play("clean") == {"exit": 0}, at
    assert what_is_left(stage) == [], at
    assert stage.records[-1].event.TYPE == "drill.ended", at
    started = {r.event.step for r in stage.records if isinstance(r.event, ev.StepStarted)}
    assert started <= set(results(stage)), at
    assert find_orphans(stage.artifacts) == [], at


def check_given_up(stage: Stage, at: Label) -> None:
    assert stage.play("resume") == {"exit": REASONS.index(ev.EndReason.CRASHED)}, at
    assert fold(stage.records).verdict == "error", at
    assert what_is_left(stage) == [], at


def walk(stage: Stage, way: list[Label]) -> int:
    """Struck at each of these events in turn; how many of the crashes the run itself lived through."""
    survived = 0
    for number, at in enumerate(way):
        before = results(stage) if survived else {}
        stage.strike(at, "power" if number % 2 else "drill")
        assert results(stage).items() >= before.items(), f"{at}: a finished step must keep its result"
        (stage.work / "bystander").mkdir(exist_ok=True)
        stage.save("crashed")
        check_clean(stage, at)
        stage.put_back("crashed")
        if may_go_on(stage):
            stage.save("good")
            survived += 1
        else:
            check_given_up(stage, at)
            stage.put_back("good")
    return survived


@pytest.mark.xdist_group("drill_walk_1")
def test_struck_at_every_event_until_the_data_is_restored(stage: Stage, way: list[Label]) -> None:
    survived = walk(stage, way[: way.index(HALF_WAY) + 1])
    assert stage.play("resume") == {"exit": REASONS.index(ev.EndReason.COMPLETED)}
    check_passed(stage, survived)


@pytest.mark.xdist_group("drill_walk_2")
def test_struck_at_every_event_from_then_on(stage: Stage, way: list[Label]) -> None:
    half = way.index(HALF_WAY)
    recovery: list[Label] = [("drill.recovered", "", ""), ("resource.claimed", "start_target", "process")]
    survived = walk(stage, [HALF_WAY, *recovery, *way[half + 1 :]])
    check_passed(stage, survived - 1)


def check_passed(stage: Stage, recovered: int) -> None:
    """After all the crashes every criterion is met, and the report tells the story."""
    report = fold(stage.records)
    assert report.verdict == "pass", report.failure_reason
    assert {criterion.result for criterion in report.criteria} == {"met"}
    assert report.recovered == recovered
    attempts = {step.id: [attempt.outcome for attempt in step.attempts] for step in report.steps}
    assert all(attempts[step] == ["passed"] for step in ONCE_ONLY)
    assert what_is_left(stage) == []


@pytest.mark.xdist_group("drill_walk_1")
@pytest.mark.parametrize("step", ["backup", "check_backup", "restore", "verify"])
def test_a_step_that_is_killed_fails_the_drill_and_leaves_nothing(step: str, stage: Stage) -> None:
    ended = stage.play("start", ("process.started", step, ""), "step")
    assert "exit" in ended
    (stage.work / "bystander").mkdir()
    report = fold(stage.records)
    assert report.verdict in {"fail", "error"}
    assert next(s for s in report.steps if s.id == step).attempts[0].exit_code == 128 + signal.SIGKILL
    assert what_is_left(stage) == []


@pytest.mark.xdist_group("drill_walk_2")
@pytest.mark.parametrize(
    "at",
    [
        ("outputs.recorded", "start_target", ""),
        ("attempt.started", "prove_isolation", ""),
        ("gate.opened", "restore", ""),
        ("process.started", "restore", ""),
        ("attempt.started", "name_actors", ""),
        ("process.started", "verify", ""),
        ("attempt.started", "stop_target", ""),
    ],
    ids=" ".join,
)
def test_a_target_that_is_killed_leaves_nothing_and_never_a_pass_before_cleanup(
    at: Label, stage: Stage
) -> None:
    ended = stage.play("start", at, "target")
    assert "exit" in ended
    (stage.work / "bystander").mkdir()
    report = fold(stage.records)
    assert report.verdict == "pass" if at[1] == "stop_target" else report.verdict in {"fail", "error"}
    assert report.cleanup == "clean"
    assert what_is_left(stage) == []
