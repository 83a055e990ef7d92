"""Drills that are struck at a chosen event, one forked process each: `python -m tests.e2e.drill.crashing`.

Reads one order per line (JSON) from standard input, carries it out in a child of its own, and answers with
the child's end: `{"exit": code}` or `{"signal": number}`.  An event strikes once the journal holds it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
from pathlib import Path
from typing import Any

import drill_tui
from drill_tui.cli.places import Places
from drill_tui.cli.root import load_runbook, prepare, toolbox
from drill_tui.engine.clock import SystemClock
from drill_tui.engine.processes.process_group import RUN_MARK, marked
from drill_tui.engine.record import events as ev
from drill_tui.engine.recovery.recover import clean_run, resume_drill
from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.run.gates import AutoOperator
from drill_tui.engine.run.runner import run_drill
from drill_tui.postgres.cluster import processes
from drill_tui.runbook.mode import Mode

ROOT = Path(__file__).parents[3]
RUNBOOK = ROOT / "runbooks" / "restore-drill.yaml"
PARAMS = {"jobs": "1"}
REASONS = list(ev.EndReason)
Label = tuple[str, str, str]


def label_of(event: ev.Event) -> Label:
    """What tells this event from the others of a drill: its type, its step, and which of several it is."""
    which = getattr(event, "criterion", "") or (
        getattr(event, "kind", "") if "resource" in event.TYPE else ""
    )
    return event.TYPE, getattr(event, "step", ""), which


class Strike:
    """Kills at one event: the drill, everything of the run at once, the running step, or the target."""

    def __init__(self, at: Label, victim: str) -> None:
        self._at, self._victim = at, victim
        self.has_struck = False
        self._step = self._target = 0

    def on_record(self, record: ev.Record) -> None:
        match record.event:
            case ev.ProcessStarted(pid=pid):
                self._step = pid
            case ev.ResourceClaimed(step="start_target", kind="process", ref=ref):
                self._target = int(ref)
            case ev.AttemptEnded(outcome="interrupted") | ev.GateAnswered(answer="cancelled"):
                return
        if label_of(record.event) == self._at and not self.has_struck:
            self._strike(record.run)
            self.has_struck = True

    def _strike(self, run_id: str) -> None:
        if self._victim == "step":
            os.killpg(self._step, signal.SIGKILL)
        elif self._victim == "target":
            assert self._target, "there is no target yet"
            os.kill(self._target, signal.SIGKILL)
        else:
            if self._victim == "power":
                homes = Path(os.environ["DRILL_WORK_DIR"]).glob("drill-*")
                servers = [pid for home in homes for pid in processes.inside(home)]
                for pid in [*marked({RUN_MARK: run_id}), *servers]:
                    with contextlib.suppress(ProcessLookupError):  # it fell with one struck before it
                        os.kill(pid, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)

    def on_log(self, chunk: ev.LogChunk) -> None: ...

    def on_progress(self, progress: ev.Progress) -> None: ...


def carry_out(order: dict[str, Any]) -> int:
    """The end reason's place among REASONS, or for `clean` 0 and 5.  Raises LookupError if nothing struck."""
    place = Path(order["place"])
    if order["do"] == "clean":
        outcome = asyncio.run(clean_run(place, toolbox(), print))
        return 5 if outcome.leftovers else 0
    sinks = [Strike((*order["at"],), order["victim"])] if order.get("at") else []
    go = _start if order["do"] == "start" else _resume
    reason = asyncio.run(go(place, sinks))
    if not all(sink.has_struck for sink in sinks):
        raise LookupError(f"nothing could be struck at {order['at']}")
    return REASONS.index(reason)


async def _start(artifacts: Path, sinks: list[Strike]) -> ev.EndReason:
    places = Places(ROOT, artifacts)
    setup = prepare(load_runbook(RUNBOOK, places), places, mode=Mode.AUTO, given=PARAMS)
    clock = SystemClock()
    operator = AutoOperator(setup.book, clock.now)
    return await run_drill(
        setup, toolbox=toolbox(), operator=operator, sinks=sinks, control=DrillControl(), clock=clock
    )


async def _resume(run_dir: Path, sinks: list[Strike]) -> ev.EndReason:
    return await resume_drill(
        run_dir,
        environment=dict(os.environ),
        toolbox=toolbox(),
        operator=None,
        sinks=sinks,
        control=DrillControl(),
        clock=SystemClock(),
    )


def load_everything() -> None:
    """Once, instead of in each child; the screens are not needed."""
    toolbox()
    for module in pkgutil.walk_packages(drill_tui.__path__, "drill_tui."):
        if not module.name.startswith(("drill_tui.tui", "drill_tui.cli", "drill_tui.__main__")):
            importlib.import_module(module.name)
    gc.freeze()


def main() -> None:
    load_everything()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)
            try:
                code = carry_out(json.loads(line))
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr)
                code = 99
            os._exit(code)
        status = os.waitpid(child, 0)[1]
        ended = (
            {"signal": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else {"exit": os.WEXITSTATUS(status)}
        )
        print(json.dumps(ended), flush=True)


if __name__ == "__main__":
    main()
