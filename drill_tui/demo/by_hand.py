"""The demo database for people: `scripts/backup.sh` and its kin can be tried on it, without a drill."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drill_tui.demo.source import start_demo, stop_demo
from drill_tui.engine.events import Finding
from drill_tui.engine.ports import ActionResult

RUN_ID = "demo-by-hand"


@dataclass
class HandContext:
    """What an action may touch when no engine runs it: nothing is journalled, everything is said."""

    run_dir: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    arguments: Mapping[str, str] = field(default_factory=dict)
    run_id: str = RUN_ID
    step: str = "open_source"

    @property
    def private_dir(self) -> Path:
        return self.run_dir

    @property
    def project_dir(self) -> Path:
        return self.run_dir

    def outputs_of(self, step: str) -> Mapping[str, str]:
        raise KeyError(step)

    def env_of(self, step: str) -> Mapping[str, str]:
        raise KeyError(step)

    def log(self, line: str) -> None:
        self.say(line)

    def progress(
        self, label: str, done: float, total: float, unit: str, eta_s: float | None = None
    ) -> None: ...

    def evidence(self, criterion: str, result: Finding, detail: str, coverage: str = "") -> None: ...

    def claim(self, kind: str, ref: str, **details: str) -> None: ...

    def release(self, kind: str, ref: str) -> None: ...

    def keep_secret(self, value: str) -> None: ...


async def serve(
    environment: Mapping[str, str],
    say: Callable[[str], None],
    until: Callable[[], Awaitable[object]],
    *,
    scale: str = "",
) -> None:
    """Run the demo until `until` is over or the task is cancelled, then remove it.

    Says how to connect, as shell assignments.  Raises ActionError.
    """
    run_dir = Path(tempfile.mkdtemp(prefix="drill-demo-run-"))
    context = HandContext(run_dir, environment, say, {"scale": scale})
    made: ActionResult | None = None
    try:
        made = await start_demo(context)
        for line in assignments(made.env):
            say(line)
        await until()
    finally:
        if made is not None:
            await stop_demo(context, made.outputs)
        shutil.rmtree(run_dir)


def assignments(env: Mapping[str, str]) -> list[str]:
    """`export NAME=value` lines for a shell."""
    return [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
