"""A small drill in a directory of its own: real processes, a real journal, a scripted operator."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from drill_tui.engine.clock import SystemClock
from drill_tui.engine.ports import (
    ActionContext,
    ActionError,
    ActionResult,
    ActionSpec,
    Claim,
    Clock,
    NotOursError,
    Operator,
    Sink,
    Toolbox,
)
from drill_tui.engine.processes.process import Grace
from drill_tui.engine.record.events import EndReason, Record
from drill_tui.engine.record.journal import read_journal
from drill_tui.engine.run.control import DrillControl
from drill_tui.engine.run.plan import DrillSetup, new_run_id
from drill_tui.engine.run.runner import run_drill
from drill_tui.runbook.load import load
from drill_tui.runbook.mode import Mode
from drill_tui.runbook.values import resolve_params
from tests.engine.stand_ins import Listener, ScriptedOperator

HURRY = Grace(interrupt_s=0.3, terminate_s=0.3, stragglers_s=0.3)
MARKER = ".drill-run"


@dataclass
class Rig:
    """One drill of one runbook; `run` plays it."""

    directory: Path
    steps: str
    cleanup: str = ""
    head: str = ""
    mode: Mode = Mode.GUIDED
    given: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    keep: bool = False
    clock: Clock = field(default_factory=SystemClock)
    operator: Operator = field(default_factory=ScriptedOperator)
    toolbox: Toolbox = field(default_factory=lambda: make_toolbox())
    listener: Listener = field(default_factory=Listener)
    control: DrillControl = field(default_factory=DrillControl)
    grace: Grace = HURRY
    sinks: Sequence[Sink] = ()

    def __post_init__(self) -> None:
        path = self.directory / "runbooks" / "tiny.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        cleanup = f"cleanup:\n{self.cleanup}" if self.cleanup else ""
        path.write_text(f"version: 1\nid: tiny\ntitle: Tiny\n{self.head}\nsteps:\n{self.steps}\n{cleanup}\n")
        loaded = load(path)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), **self.environment}
        run_dir = self.directory / "artifacts" / new_run_id("tiny", self.clock.now())
        self.setup = DrillSetup(
            runbook=loaded,
            mode=self.mode,
            params=resolve_params(loaded.runbook, self.given, environment),
            run_dir=run_dir,
            project_dir=self.directory,
            environment=environment,
            keep=self.keep,
            grace=self.grace,
        )

    async def run(self) -> EndReason:
        return await run_drill(
            self.setup,
            toolbox=self.toolbox,
            operator=self.operator,
            sinks=[self.listener, *self.sinks],
            control=self.control,
            clock=self.clock,
        )

    def start(self) -> asyncio.Task[EndReason]:
        return asyncio.create_task(self.run())

    @property
    def run_dir(self) -> Path:
        return self.setup.run_dir

    def journal(self) -> list[Record]:
        return read_journal(self.run_dir / "events.jsonl")

    def log(self, name: str) -> str:
        return next((self.run_dir / "logs").glob(f"*-{name}.log")).read_text()

    def results(self) -> dict[str, str]:
        """Outcome by step, in the order of their ends."""
        return {
            str(getattr(e, "step", "")): str(getattr(e, "outcome", ""))
            for e in self.listener.events
            if e.TYPE == "step.ended"
        }


async def _make(context: ActionContext) -> ActionResult:
    """Claims a directory, then makes it."""
    path = context.project_dir / context.arguments.get("name", "thing")
    context.claim("directory", str(path))
    path.mkdir()
    (path / MARKER).write_text(f"{context.run_id}\n")
    context.log(f"made {path.name}")
    return ActionResult(outputs={"path": str(path)}, env={"DB_HOST": "thing.invalid", "DB_PORT": "1"})


async def _drop(context: ActionContext) -> ActionResult:
    path = context.outputs_of(context.arguments["of"])["path"]
    shutil.rmtree(path, ignore_errors=True)
    context.release("directory", path)
    return ActionResult()


async def _revive(context: ActionContext) -> ActionResult:
    outputs = dict(context.outputs_of(context.step))
    return ActionResult(outputs={**outputs, "revived": "yes"}, env=dict(context.env_of(context.step)))


async def _fail(context: ActionContext) -> ActionResult:
    raise ActionError("the thing is not there; make it first")


async def _leave(context: ActionContext) -> ActionResult:
    raise NotOursError("the thing is somebody else's; it is left alone", context.arguments["of"])


async def _forever(context: ActionContext) -> ActionResult:
    await asyncio.Event().wait()
    return ActionResult()


async def _see(context: ActionContext) -> ActionResult:
    shown = {name: text for name, text in context.environment.items() if name.startswith(("DB_", "PG"))}
    return ActionResult(outputs=shown)


async def _sql(context: ActionContext) -> ActionResult:
    return ActionResult(outputs={"answer": "42", **context.arguments})


async def dispose_directory(claim: Claim, log: Callable[[str], None]) -> None:
    _dispose(claim, log)


def _dispose(claim: Claim, log: Callable[[str], None]) -> None:
    path = Path(claim.ref)
    if not path.exists():
        return
    marker = path / MARKER
    if not marker.exists() or marker.read_text().strip() != claim.run_id:
        raise ActionError(f"{path} does not carry the mark of this run")
    shutil.rmtree(path)
    log(f"disposed of {path.name}")


async def _gone(outputs: Mapping[str, str], environment: Mapping[str, str]) -> str:
    return _why_gone(Path(outputs["path"]))


def _why_gone(path: Path) -> str:
    return "" if path.exists() else "The thing died."


def _specs(*pairs: tuple[str, Callable[..., object]]) -> Iterable[ActionSpec]:
    for name, run in pairs:
        revive = _revive if name == "thing.make" else None
        gone = _gone if name == "thing.make" else None
        yield ActionSpec(name=name, summary=name, run=run, revive=revive, gone=gone)  # type: ignore[arg-type]


def make_toolbox() -> Toolbox:
    actions = _specs(
        ("thing.make", _make),
        ("thing.drop", _drop),
        ("thing.fail", _fail),
        ("thing.leave", _leave),
        ("thing.forever", _forever),
        ("thing.see", _see),
        ("sql", _sql),
    )
    return Toolbox({spec.name: spec for spec in actions}, {"directory": dispose_directory})
