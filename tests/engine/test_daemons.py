"""Programs that make themselves daemons inside a step: found wherever they went, named, and ended."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import EndReason
from drill_tui.engine.record.journal import read_journal
from drill_tui.engine.recovery.recover import clean_run
from tests.engine.rig import Rig, make_toolbox
from tests.engine.stand_ins import FakeClock, of_type
from tests.engine.test_processes import _alive, pids_in, until

DAEMON = """
import os, signal, sys, time
directory, stubborn = os.getcwd(), "stubborn" in sys.argv
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
os.chdir("/")
if stubborn:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
if "closed" in sys.argv:
    os.closerange(0, 3)
with open(f"{directory}/pids", "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(600)
"""
WAYS = {
    "polite": "%(python)s daemon.py",
    "stubborn": "%(python)s daemon.py stubborn",
    "without its output": "%(python)s daemon.py closed",
    "with an environment of its own": "env -i %(python)s daemon.py",
}


def steps(way: str, then: str, extra: str = "") -> str:
    command = WAYS[way] % {"python": sys.executable}
    wait = "while [ ! -s pids ]; do sleep 0.01; done"
    return f"  - {{id: a, title: A, run: '{command}; {wait}; {then}'{extra}}}"


def rig_with(directory: Path, way: str, then: str, extra: str = "", **more: object) -> Rig:
    (directory / "daemon.py").write_text(DAEMON)
    return Rig(directory, steps=steps(way, then, extra), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", WAYS)
async def test_at_the_end_of_its_step(way: str, tmp_path: Path) -> None:
    rig = rig_with(tmp_path, way, "echo done")
    async with asyncio.timeout(60):
        assert await rig.run() is EndReason.COMPLETED
    (pid,) = await pids_in(tmp_path / "pids", 1)
    assert not _alive(pid)
    lines = rig.log("a").splitlines()
    assert lines[0] == "done"
    assert f"({pid})" in lines[1]
    assert lines[1].startswith("drill-tui: ended what this step left running: python")


@pytest.mark.parametrize("way", WAYS)
async def test_when_a_person_stops_the_drill(way: str, tmp_path: Path) -> None:
    rig = rig_with(tmp_path, way, "sleep 60")
    task = rig.start()
    (pid,) = await pids_in(tmp_path / "pids", 1)
    rig.control.abort("Ann")
    assert await task is EndReason.ABORTED
    assert not _alive(pid)


@pytest.mark.parametrize("way", ["polite", "stubborn"])
async def test_at_the_time_out_of_a_step_that_will_not_stop(way: str, tmp_path: Path) -> None:
    clock = FakeClock()
    then = 'trap "" INT TERM; while :; do sleep 1; done'
    rig = rig_with(tmp_path, way, then, ", timeout: 90s", clock=clock)
    task = rig.start()
    (pid,) = await pids_in(tmp_path / "pids", 1)
    await clock.until_asleep(90)
    clock.advance(90)
    assert await task is EndReason.FAILED
    assert not _alive(pid)


async def test_a_command_that_leaves_the_group_itself_is_asked_before_it_is_killed(tmp_path: Path) -> None:
    program = "trap 'echo tidied >tidied; exit' INT; echo $$ >pids; while :; do sleep 0.05; done"
    (tmp_path / "alone.sh").write_text(program)
    rig = Rig(tmp_path, steps="  - {id: a, title: A, run: [setsid, sh, alone.sh]}")
    task = rig.start()
    (pid,) = await pids_in(tmp_path / "pids", 1)
    rig.control.abort("Ann")
    assert await task is EndReason.ABORTED
    assert not _alive(pid)
    assert (tmp_path / "tidied").exists()


async def test_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, "polite", "sleep 60")
    task = rig.start()
    (pid,) = await pids_in(tmp_path / "pids", 1)
    started = of_type(rig.listener.records, ev.ProcessStarted)[0]
    os.kill(started.pid, signal.SIGKILL)
    assert await task is EndReason.ERROR
    assert not _alive(pid)
    assert re.search(rf"ended what this step left running: python[\d.]* \({pid}\)", rig.log("a"))


DRILL = """
import asyncio
from pathlib import Path
from tests.engine.test_daemons import rig_with
asyncio.run(rig_with(Path({directory!r}), {way!r}, "sleep 60").run())
"""


async def drill_of_its_own(directory: Path, way: str) -> asyncio.subprocess.Process:
    program = textwrap.dedent(DRILL).format(directory=str(directory), way=way)
    return await asyncio.create_subprocess_exec(sys.executable, "-c", program)


@pytest.mark.parametrize("way", WAYS)
async def test_when_drill_tui_is_killed(way: str, tmp_path: Path) -> None:
    drill = await drill_of_its_own(tmp_path, way)
    (pid,) = await pids_in(tmp_path / "pids", 1)
    drill.kill()
    await drill.wait()
    await until(lambda: not _alive(pid))


async def test_clean_ends_what_outlived_drill_tui_and_the_supervisor_and_names_it(tmp_path: Path) -> None:
    drill = await drill_of_its_own(tmp_path, "polite")
    (pid,) = await pids_in(tmp_path / "pids", 1)
    (journal,) = sorted(tmp_path.glob("artifacts/*/events.jsonl"))  # noqa: ASYNC240
    await until(lambda: bool(of_type(read_journal(journal), ev.ProcessStarted)))
    supervisor = of_type(read_journal(journal), ev.ProcessStarted)[0].pid
    bystander = await asyncio.create_subprocess_exec("sleep", "60", env={"DRILL_RUN_ID": journal.parent.name})
    os.kill(supervisor, signal.SIGSTOP)
    drill.kill()
    await drill.wait()
    os.kill(supervisor, signal.SIGKILL)
    assert _alive(pid)
    lines: list[str] = []
    await clean_run(journal.parent, make_toolbox(), lines.append, environment={"PATH": os.environ["PATH"]})
    assert not _alive(pid)
    assert any(line.startswith("Ended what was still running") and f"({pid})" in line for line in lines)
    assert _alive(bystander.pid), "a person's shell of that run is not a step's program"
    bystander.kill()
    await bystander.wait()
