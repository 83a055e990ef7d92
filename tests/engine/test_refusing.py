"""Runs that must not be taken over, and why."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.record.lock import RunBusyError, run_lock
from drill_tui.engine.recovery.recover import (
    RecoveryError,
    RecoveryRefusedError,
    clean_run,
    find_orphans,
    resume_drill,
)
from drill_tui.engine.run.control import DrillControl
from tests.engine.rig import Rig, make_toolbox
from tests.engine.test_recovery import ENVIRONMENT, WHOLE, crashed, resume


async def test_resume_refuses_what_it_cannot_vouch_for(tmp_path: Path) -> None:
    run, whole = crashed(tmp_path, 6, WHOLE)
    with pytest.raises(RecoveryRefusedError, match=r"is over \(completed\).*`drill-tui replay") as over:
        await resume(whole)
    assert "drill-tui clean" not in str(over.value), "nothing is left of it"
    with run_lock(run), pytest.raises(RecoveryError, match="is being driven by process"):
        await resume(run)
    runbook = run.parents[1] / "runbooks" / "tiny.yaml"
    text = runbook.read_text()
    runbook.write_text(text + "# changed\n")
    with pytest.raises(RecoveryError, match="has changed since"):
        await resume(run)
    runbook.write_text(text)
    _alter_first(run, host="elsewhere")
    with pytest.raises(RecoveryError, match="began on host elsewhere"):
        await resume(run)


async def test_a_confirmation_that_no_gate_ahead_asks_for_is_refused(tmp_path: Path) -> None:
    (run,) = crashed(tmp_path, 6)
    with pytest.raises(RecoveryRefusedError, match="--confirm nonsense: the runbook tiny has no gate"):
        await resume(run, confirmations=["nonsense"])


async def test_secrets_are_needed_again(tmp_path: Path) -> None:
    (run,) = crashed(tmp_path, 6)
    with pytest.raises(RecoveryError, match="parameter word"):
        await resume_drill(
            run,
            environment={},
            toolbox=make_toolbox(),
            operator=None,
            sinks=[],
            control=DrillControl(),
            clock=SystemClock(),
        )


async def test_a_moved_or_empty_journal_is_refused(tmp_path: Path) -> None:
    first, second = crashed(tmp_path, 3, 4)
    moved = first.rename(first.with_name("another"))
    with pytest.raises(RecoveryError, match="it was moved here"):
        await clean_run(moved, make_toolbox(), print, environment=ENVIRONMENT)
    (second / "events.jsonl").write_bytes(b"")
    with pytest.raises(RecoveryError, match="died before its first event"):
        await clean_run(second, make_toolbox(), print, environment=ENVIRONMENT)


async def test_a_run_has_one_driver(tmp_path: Path) -> None:
    rig = Rig(tmp_path, steps="  - {id: a, title: A, run: 'sleep 60'}")
    task = rig.start()
    await rig.listener.until_type("process.started", "a")
    assert find_orphans(rig.setup.artifacts_dir) == []
    with pytest.raises(RunBusyError):
        await asyncio.to_thread(_lock, rig.run_dir)
    rig.control.abort("Ann")
    await task


def _lock(run_dir: Path) -> None:
    with run_lock(run_dir):
        pass


def _alter_first(run_dir: Path, **changes: str) -> None:
    """Rewrite the first line, and the chain after it."""
    from hashlib import sha256

    path = run_dir / "events.jsonl"
    prev, out = "0" * 64, b""
    for index, line in enumerate(path.read_bytes().splitlines()):
        data = json.loads(line)
        data["prev"] = prev
        if index == 0:
            data["data"].update(changes)
        text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        prev, out = sha256(text).hexdigest(), out + text
    path.write_bytes(out)
