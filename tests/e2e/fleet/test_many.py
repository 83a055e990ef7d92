"""Two hundred databases and three machines, on which everything happens that can: `make soak-fleet`.

Needs root, and Debian's `iproute2` and `libfaketime`.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.fleet.machines import (
    FAKETIME,
    Machine,
    machines,
    reachable_from_all,
    small_disk,
    with_own_clock,
)
from tests.e2e.fleet.rig import Stage, fleet_of, never_two_at_once, restarted
from tests.servers import Server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(4000),
    pytest.mark.skipif(not os.environ.get("DRILL_SOAK"), reason="takes long; make soak-fleet"),
    pytest.mark.skipif(os.getuid() != 0, reason="networks and disks of their own need root"),
]
DATABASES = int(os.environ.get("DRILL_SOAK_DATABASES", "200"))
RECORD = os.environ.get("DRILL_SOAK_RECORD", "")
"""Where the seconds of every drill that passed are written, for the simulation of `make bench`."""
HOSTS = ("one", "two", "three")
LEASE_S = 20
CLOCKS = ("+2h", "+0", "-90m", "+40m", "+0", "-10s", "+1d", "+0")
ENOUGH_LEFT = 10
"""With fewer databases unproven nothing more happens, so that the last ones can be drilled."""


@dataclass
class Trouble:
    """What happens to the machines, each kind at its own interval (seconds); counts what it did."""

    stage: Stage
    machines: dict[str, Machine]
    control: Server
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    _due: dict[str, float] = field(default_factory=dict)
    _undo: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.workers = {name: self.start(name) for name in self.machines}
        self._kinds: dict[str, tuple[float, Callable[[], None]]] = {
            "workers killed": (20, self._kill),
            "control database restarted": (60, lambda: restarted(self.control)),
            "clock jumped": (30, self._jump),
            "disk filled": (50, self._fill),
            "line cut": (80, self._cut),
        }
        now = time.monotonic()
        self._due = {kind: now + every for kind, (every, _) in self._kinds.items()}

    def revive(self) -> None:
        """A worker that ended is started again, as a service would be."""
        for name, worker in self.workers.items():
            if worker.poll() is not None:
                self.workers[name] = self.start(name)

    def happen(self) -> None:
        now = time.monotonic()
        for kind, (every, act) in self._kinds.items():
            if now >= self._due[kind]:
                act()
                self.done[kind] += 1
                self._due[kind] = time.monotonic() + every
        self.mend(now)

    def mend(self, now: float = float("inf")) -> None:
        """Take back what was to last until now."""
        for at, undo in [pair for pair in self._undo if pair[0] <= now]:
            undo()
            self._undo.remove((at, undo))

    def start(self, name: str) -> subprocess.Popen[str]:
        machine = self.machines[name]
        return self.stage.start(
            name,
            "worker",
            *("--work", str(machine.work)),
            prefix=machine.prefix,
            extra={**machine.environment, "DRILL_WORK_DIR": str(machine.scratch)},
        )

    def _kill(self) -> None:
        """The worker alone, or all that runs on its machine, as a power cut."""
        name = self.chance.choice(HOSTS)
        worker = self.workers[name]
        if self.chance.random() < 0.5:
            self.stage.kill_everything(worker)
        else:
            worker.kill()
            worker.wait()
        self.workers[name] = self.start(name)

    def _jump(self) -> None:
        self.machines["three"].set_clock(CLOCKS[self.done["clock jumped"] % len(CLOCKS)])

    def _fill(self) -> None:
        self.machines["two"].fill_disk()
        self._undo.append((time.monotonic() + 20, self.machines["two"].empty_disk))

    def _cut(self) -> None:
        """Longer than a lease: its drills are made on another machine, and its own must not count."""
        self.machines["one"].cut_off()
        self._undo.append((time.monotonic() + 1.5 * LEASE_S, self.machines["one"].reach))


def test_every_database_is_proven_once_whatever_happens(
    tmp_path: Path, sources: Server, control: Server
) -> None:
    chance = random.Random(7)  # noqa: S311 - whom to kill, no secret
    if not FAKETIME.exists():
        pytest.skip("a clock that jumps needs libfaketime (apt-get install libfaketime)")
    with ExitStack() as stack:
        hosts = stack.enter_context(machines(HOSTS))
        for server in (sources, control):
            stack.enter_context(reachable_from_all(server))
        stage = stack.enter_context(
            fleet_of(tmp_path, sources, control, DATABASES, lease=f"{LEASE_S}s", again="10s")
        )
        stack.enter_context(small_disk(hosts["two"]))
        with_own_clock(hosts["three"])
        began = time.monotonic()
        trouble = Trouble(stage, hosts, control, chance)
        while (left := unproven(stage)) and time.monotonic() < began + 3600:
            trouble.revive()
            if left > ENOUGH_LEFT:
                trouble.happen()
            else:
                trouble.mend()
            time.sleep(1)
        trouble.mend()
        for worker in trouble.workers.values():
            stage.drained(worker)
        took_s = time.monotonic() - began
        told = tell(stage, trouble, took_s)
        assert {n for n in stage.names if len(stage.passes(n)) != 1} == set(), told
        assert all(stage.attempts(name)[-1].outcome == "ended" for name in stage.names), told
        undisturbed = {name for name in stage.names if len(stage.attempts(name)) == 1}
        assert never_two_at_once([line for line in stage.trace if line.split()[1] in undisturbed])
        stage.no_processes()
        assert {h: [p.name for p in m.scratch.iterdir()] for h, m in hosts.items()} == {h: [] for h in hosts}
        assert stage.tell("status").returncode == 0


def unproven(stage: Stage) -> int:
    return sum(not stage.passes(name) for name in stage.names)


def tell(stage: Stage, trouble: Trouble, took_s: float) -> str:
    """What happened, in a line; and every drill's seconds into a file, where that was asked for."""
    outcomes = Counter(
        over.outcome if over.verdict == "pass" or over.outcome != "ended" else f"ended with {over.verdict}"
        for name in stage.names
        for over in stage.attempts(name)
    )
    passes = [drill for name in stage.names for drill in stage.passes(name)]
    happened = ", ".join(f"{kind} {count} times" for kind, count in trouble.done.items())
    attempts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    told = f"{DATABASES} databases, {len(passes)} passes in {took_s:.0f} s; {happened}; attempts: {attempts}"
    print(told)
    if RECORD:
        seconds = sorted(round(sum(drill.steps.values()), 1) for drill in passes)
        Path(RECORD).write_text(json.dumps(seconds) + "\n")
    return told
