"""Workers that die, drain and are cancelled: each database is proven once, and nothing stays behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from drill_tui.fleet.ledger import Ledger
from tests.e2e.drill.running import DRILL_TIMEOUT_S, wait_until
from tests.e2e.fleet.rig import Stage, fleet_of, never_two_at_once, restarted, shut_down, start_again
from tests.servers import Server

pytestmark = pytest.mark.e2e


@pytest.mark.timeout(600)
def test_a_killed_worker_and_a_restarted_queue_lose_nothing(
    tmp_path: Path, sources: Server, control: Server
) -> None:
    with fleet_of(tmp_path, sources, control, 3, lease="15s") as stage:
        stage.hold(*stage.names)
        first, second = stage.start("one"), stage.start("two")
        wait_until(lambda: len(stage.trace) == 2, "both workers to be in the middle of a drill")
        held = [line.split()[1] for line in stage.trace]
        (lost,) = [name for name in held if stage.host_of(name) == "one"]
        first.kill()
        first.wait()
        restarted(control)
        stage.let_go(*stage.names)
        third = stage.start("three")
        wait_until(lambda: all(map(stage.passes, stage.names)), "every database to be proven")
        for worker in (second, third):
            stage.drained(worker)

        assert {name: len(stage.passes(name)) for name in stage.names} == dict.fromkeys(stage.names, 1)
        assert stage.attempts(lost)[0].outcome == "lost"
        for name in stage.names:
            assert stage.attempts(name)[-1].verdict == "pass"
            assert all(o.verdict != "pass" for o in stage.attempts(name) if o.outcome == "lost")
        assert never_two_at_once([line for line in stage.trace if line.split()[1] != lost])
        stage.nothing_left()
        assert stage.tell("status").returncode == 0


def test_after_a_power_cut_the_next_worker_sweeps_and_drills_anew(two: Stage) -> None:
    two.hold("db0", "db1")
    worker = two.start("one", "worker", "--drills", "2")
    for name in two.names:
        two.wait_for(f"begin {name}")
    two.kill_everything(worker)
    assert list(two.scratch.iterdir()), "a killed drill leaves its target's folder"
    two.let_go("db0", "db1")
    again = two.start("one", "worker", "--drills", "2")
    wait_until(lambda: all(map(two.passes, two.names)), "every database to be proven")
    assert two.drained(again) == 0
    for name in two.names:
        assert [over.outcome for over in two.attempts(name)] == ["lost", "ended"]
        assert len(two.passes(name)) == 1
    two.nothing_left()


def test_a_worker_that_hears_nothing_ends_its_drill_before_another_may_begin_it(
    tmp_path: Path, sources: Server, control: Server
) -> None:
    with fleet_of(tmp_path, sources, control, 1, lease="10s", target=False) as stage:
        stage.hold("db0")
        worker = stage.start("one")
        stage.wait_for("begin db0")
        shut_down(control)
        wait_until(lambda: stage.processes() == [worker.pid], "the drill to be over")
        assert "end db0" not in stage.trace
        stage.let_go("db0")
        start_again(control)
        wait_until(lambda: bool(stage.passes("db0")), "the database to be proven")
        assert stage.drained(worker) == 3
        first, *_, last = stage.attempts("db0")
        assert (first.outcome, first.verdict) == ("lost", "aborted")
        assert (last.outcome, last.verdict) == ("ended", "pass")
        assert len(stage.passes("db0")) == 1
        stage.nothing_left()


def test_a_worker_can_be_stopped_while_the_control_database_is_away(small: Stage, control: Server) -> None:
    small.hold("db0", "db1")
    worker = small.start("one")
    wait_until(lambda: bool(small.trace), "a drill to be in its middle")
    shut_down(control)
    worker.terminate()
    wait_until(lambda: "Draining" in small.said("one"), "the worker to drain")
    worker.terminate()
    assert worker.wait(DRILL_TIMEOUT_S) != 0
    name = small.trace[0].split()[1]
    (over,) = small.attempts(name)
    assert over.verdict == "aborted"
    small.nothing_left()


def test_a_cancelled_drill_cleans_up_and_is_not_begun_again(two: Stage) -> None:
    two.hold("db0")
    worker = two.start("one")
    two.wait_for("begin db0")
    told = two.tell("cancel", "db0")
    assert told.returncode == 0, told.stderr
    assert "cancelled" in told.stdout
    assert "nothing is left" in told.stdout
    wait_until(lambda: bool(two.passes("db1")), "the other database to be proven")
    assert two.drained(worker) == 4
    assert [over.outcome for over in two.attempts("db0")] == ["cancelled"]
    assert two.passes("db0") == []
    two.nothing_left()


def test_a_draining_worker_ends_what_it_runs_and_takes_nothing_new(small: Stage) -> None:
    small.hold("db0", "db1")
    worker = small.start("one")
    wait_until(lambda: bool(small.trace), "a drill to be in its middle")
    name = small.trace[0].split()[1]
    worker.terminate()
    wait_until(lambda: "Draining" in small.said("one"), "the worker to drain")
    small.let_go("db0", "db1")
    assert worker.wait(DRILL_TIMEOUT_S) == 0
    (other,) = set(small.names) - {name}
    assert [over.outcome for over in small.attempts(name)] == ["ended"]
    assert small.attempts(other) == []
    small.nothing_left()


def test_told_twice_to_stop_a_worker_ends_its_drill_which_is_made_anew(small: Stage) -> None:
    small.hold("db0")
    worker = small.start("one", "run", "--only", "db0")
    small.wait_for("begin db0")
    worker.terminate()
    wait_until(lambda: "Draining" in small.said("one"), "the worker to drain")
    worker.terminate()
    assert worker.wait(DRILL_TIMEOUT_S) == 4
    small.nothing_left()
    small.let_go("db0")
    assert small.start("one", "run", "--only", "db0").wait(DRILL_TIMEOUT_S) == 0
    assert [over.outcome for over in small.attempts("db0")] == ["stopped", "ended"]


def test_on_one_machine_it_needs_nothing_and_drills_each_once(small: Stage) -> None:
    assert small.start("one", "run", "--local").wait(DRILL_TIMEOUT_S) == 0, small.said("one")
    assert [len(small.passes(name)) for name in small.names] == [1, 1]
    assert small.tell("status").returncode == 0
    assert small.start("one", "run", "--local").wait(DRILL_TIMEOUT_S) == 0
    assert [Ledger(small.evidence_of(name)).next_number() for name in small.names] == [2, 2]
    assert small.start("one", "run", "--local", "--now", "--only", "db1").wait(DRILL_TIMEOUT_S) == 0
    assert [Ledger(small.evidence_of(name)).next_number() for name in small.names] == [2, 3]
    small.nothing_left()
