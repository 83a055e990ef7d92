"""Two hundred databases, while workers are killed and the control database restarts: `make soak-fleet`."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from tests.e2e.fleet.rig import Stage, fleet_of, never_two_at_once, restarted
from tests.servers import Server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="takes long; make soak-fleet"),
]
DATABASES = int(os.environ.get("DRILL_SOAK_DATABASES", "200"))
HOSTS = ("one", "two", "three")
KILL_EVERY_S, RESTART_EVERY_S = 20.0, 70.0


def test_every_database_is_proven_once_whatever_is_killed(
    tmp_path: Path, sources: Server, control: Server
) -> None:
    chance = random.Random(7)  # noqa: S311 - whom to kill, no secret
    with fleet_of(tmp_path, sources, control, DATABASES, lease="20s") as stage:
        workers = {host: stage.start(host) for host in HOSTS}
        kills, began = 0, time.monotonic()
        next_kill, next_restart = began + KILL_EVERY_S, began + RESTART_EVERY_S
        while (left := unproven(stage)) and time.monotonic() < began + 3000:
            if left > 10 and time.monotonic() > next_kill:
                host = chance.choice(HOSTS)
                if chance.random() < 0.5:
                    stage.kill_everything(workers[host])
                else:
                    workers[host].kill()
                    workers[host].wait()
                workers[host] = stage.start(host)
                kills, next_kill = kills + 1, time.monotonic() + KILL_EVERY_S
            if time.monotonic() > next_restart:
                restarted(control)
                next_restart = time.monotonic() + RESTART_EVERY_S
            time.sleep(1)
        for worker in workers.values():
            stage.drained(worker)
        lost = sum(over.outcome == "lost" for name in stage.names for over in stage.attempts(name))
        print(f"{DATABASES} databases, {kills} kills, {lost} lost, {time.monotonic() - began:.0f} s")
        assert {n for n in stage.names if len(stage.passes(n)) != 1} == set()
        assert all(stage.attempts(name)[-1].outcome == "ended" for name in stage.names)
        undisturbed = {name for name in stage.names if len(stage.attempts(name)) == 1}
        assert never_two_at_once([line for line in stage.trace if line.split()[1] in undisturbed])
        stage.nothing_left()
        assert stage.tell("status").returncode == 0


def unproven(stage: Stage) -> int:
    return sum(not stage.passes(name) for name in stage.names)
