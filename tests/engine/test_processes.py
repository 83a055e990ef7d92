"""Processes: every line on disk, and nothing of a step alive once it is over."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from drill_tui.engine.processes.log_file import MAX_BATCH_LINES, StepLog
from drill_tui.engine.processes.log_stream import LogStream
from drill_tui.engine.processes.process import Command, Grace, ProcessError, run_process
from drill_tui.engine.record import events as ev
from drill_tui.engine.record.events import EndReason, Outcome
from drill_tui.engine.text.redact import Redactor
from tests.engine.rig import HURRY, Rig
from tests.engine.stand_ins import FakeClock, of_type


async def until(condition: Callable[[], bool], within_s: float = 60.0) -> None:
    """Other processes and the kernel send no events: look until it is so."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def pids_in(path: Path, count: int) -> list[int]:
    await until(lambda: len(_pids(path)) >= count)
    return _pids(path)


def _pids(path: Path) -> list[int]:
    return [int(word) for word in path.read_text().split()] if path.exists() else []


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


STUBBORN = (
    "trap '' INT TERM; echo $$ >>pids; (trap '' INT TERM; sh -c 'echo $$ >>pids; exec sleep 60') & wait"
)


async def test_abort_ends_the_whole_group_however_stubborn(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps=f'  - {{id: a, title: A, run: "{STUBBORN}; sleep 60"}}')
    task = rig.start()
    pids = await pids_in(tmp_path / "pids", 2)
    rig.control.abort("Ann", reason="test")
    assert await task is EndReason.ABORTED
    assert not any(_alive(pid) for pid in pids)
    assert rig.results() == {"a": "cancelled"}


async def test_a_polite_step_is_given_time_to_tidy_up(tmp_path: Path) -> None:
    step = "trap 'sleep 0.3; echo tidied; exit 7' INT; echo $$ >pids; while :; do sleep 0.05; done"
    rig = Rig(tmp_path, steps=f'  - {{id: a, title: A, run: "{step}"}}', grace=Grace())
    task = rig.start()
    await pids_in(tmp_path / "pids", 1)
    rig.control.abort("Ann")
    await task
    assert rig.log("a").endswith("tidied\n")


async def test_a_timeout_ends_the_step(tmp_path: Path) -> None:
    clock = FakeClock()
    rig = Rig(
        tmp_path, clock=clock, steps="  - {id: a, title: A, run: 'echo $$ >pids; sleep 60', timeout: 90s}"
    )
    task = rig.start()
    pids = await pids_in(tmp_path / "pids", 1)
    await clock.until_asleep(90)
    clock.advance(90)
    assert await task is EndReason.FAILED
    assert not _alive(pids[0])
    ended = of_type(rig.listener.records, ev.AttemptEnded)[0]
    assert ended.outcome is Outcome.TIMED_OUT
    assert ended.reason == "not done within its time-out of 1m30s"


async def test_what_a_step_leaves_running_is_ended(tmp_path: Path) -> None:
    named = "until grep -q sleep /proc/$!/comm; do :; done"  # before that, the child is a shell still
    rig = Rig(tmp_path, steps=f"  - {{id: a, title: A, run: 'sleep 60 & echo $! >pids; {named}; echo done'}}")
    assert await rig.run() is EndReason.COMPLETED
    assert not _alive((await pids_in(tmp_path / "pids", 1))[0])
    pid = _pids(tmp_path / "pids")[0]
    assert rig.log("a") == f"done\ndrill-tui: ended what this step left running: sleep ({pid})\n"


async def test_the_step_dies_with_a_killed_drill(tmp_path: Path) -> None:
    (tmp_path / "deep.sh").write_text("echo $$ >>pids; sh -c 'echo $$ >>pids; sleep 60; :'; :")
    program = textwrap.dedent(
        f"""
        import asyncio
        from pathlib import Path
        from tests.engine.rig import Rig
        steps = "  - {{id: a, title: A, run: [sh, deep.sh]}}"
        asyncio.run(Rig(Path({str(tmp_path)!r}), steps=steps).run())
        """
    )
    drill = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    pids = await pids_in(tmp_path / "pids", 2)
    drill.kill()
    await drill.wait()
    await until(lambda: not any(_alive(pid) for pid in pids))


@pytest.mark.parametrize("victim", ["supervisor", "command"])
async def test_a_killed_step_fails_and_leaves_nothing(tmp_path: Path, victim: str) -> None:
    rig = Rig(tmp_path, steps="  - {id: a, title: A, run: 'echo $$ >pids; sleep 60; :'}")
    task = rig.start()
    command = (await pids_in(tmp_path / "pids", 1))[0]
    await rig.listener.until_type("process.started", "a")
    started = of_type(rig.listener.records, ev.ProcessStarted)[0]
    os.kill(started.pid if victim == "supervisor" else command, signal.SIGKILL)
    assert await task is EndReason.ERROR
    assert not _alive(command)
    ended = of_type(rig.listener.records, ev.AttemptEnded)[0]
    assert ended.exit_code == 128 + signal.SIGKILL


async def test_hostile_output_is_whole_on_disk_and_harmless_in_the_sinks(tmp_path: Path) -> None:
    (tmp_path / "shout.py").write_text(
        "import sys\nout = sys.stdout.buffer\n"
        "out.write(b'\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07[/x] \\xff\\xfe\\n')\n"
        "out.write(b'x' * 1_000_000 + b'\\n')\n"
        "out.write(b'10%\\r20%\\r30%\\r\\n')\n"
        "out.write('unfinished é'.encode())\n"
    )
    rig = Rig(tmp_path, steps=f"  - {{id: a, title: A, run: [{sys.executable}, shout.py]}}")
    await rig.run()
    lines = rig.log("a").split("\n")
    assert lines == ["red [/x] \ufffd\ufffd", "x" * 1_000_000, "10%", "20%", "30%", "unfinished é", ""]
    assert [line[:40] for line in rig.listener.lines] == [
        "red [/x] \ufffd\ufffd",
        "x" * 40,
        "30%",
        "unfinished é",
    ]
    assert max(map(len, rig.listener.lines)) < 5_000


async def test_a_flood_is_on_disk_in_full_and_bounded_in_the_sinks(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps="  - {id: a, title: A, run: [seq, '200000']}")
    await rig.run()
    lines = rig.log("a").splitlines()
    assert (len(lines), lines[0], lines[-1]) == (200_000, "1", "200000")
    assert rig.listener.lines[-1] == "200000"
    assert max(len(chunk.lines) for chunk in rig.listener.chunks) <= MAX_BATCH_LINES + 1
    dropped = sum(int(line.split()[1]) for line in rig.listener.lines if line.startswith("…"))
    shown = sum(1 for line in rig.listener.lines if not line.startswith("…"))
    assert dropped + shown == 200_000


@pytest.mark.parametrize("cut", range(1, 14))
async def test_a_secret_is_masked_wherever_the_bytes_are_cut(tmp_path: Path, cut: int) -> None:
    log = StepLog(tmp_path / "log", Redactor(["s3cret-värde"]), lambda lines: None)
    stream = LogStream(log)
    data = "s3cret-värde".encode()
    for piece in (b"a" * 1_048_570, data[:cut], data[cut:], b"b" * 1_048_576, b"\n"):
        stream.feed(piece)
    stream.end()
    log.close()
    text = (tmp_path / "log").read_text()
    assert text.replace("\n", "").count("••••••") == 1
    assert text.replace("\n", "").replace("••••••", "") == "a" * 1_048_570 + "b" * 1_048_576


async def test_a_command_that_cannot_be_started_says_why(tmp_path: Path) -> None:
    log = StepLog(tmp_path / "log", Redactor(), lambda lines: None)
    command = Command(argv=("true",), environment={}, working_dir=tmp_path / "nowhere")
    with pytest.raises(ProcessError, match="No such file or directory"):
        await run_process(command, log, lambda pid, ticks: None, HURRY)
    with pytest.raises(ProcessError, match="null byte"):
        await run_process(
            replace(command, working_dir=tmp_path, argv=("true", "a\0b")), log, lambda pid, ticks: None, HURRY
        )
    log.close()


async def test_a_full_disk_ends_the_step_as_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(tmp_path, steps="  - {id: a, title: A, run: 'echo hi; sleep 60'}")

    def full(log: StepLog, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(StepLog, "write", full)
    async with asyncio.timeout(60):
        assert await rig.run() is EndReason.ERROR
    ended = of_type(rig.listener.records, ev.StepEnded)[0]
    assert ended.reason.startswith("No space left on device")
