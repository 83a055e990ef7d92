"""The demo database for people: `scripts/backup.sh` and its kin can be tried on it, without a drill."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drill_tui.demo.source import start_demo
from drill_tui.engine.record.events import Finding
from drill_tui.postgres.cluster import workplace

RUN_ID = "demo-by-hand"
HINT = (
    "# Copy the next lines into another terminal; there, scripts/backup.sh and drill-tui use this database.",
    "# Ctrl-C here stops it and removes it.",
)


@dataclass
class HandContext:
    """What an action may touch when no engine runs it: nothing is journalled, everything is said."""

    run_dir: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    arguments: Mapping[str, str] = field(default_factory=dict)
    run_id: str = RUN_ID
    step: str = "open_source"
    homes: list[Path] = field(default_factory=list)
    """Directories that were made for it, and are to be removed."""

    @property
    def private_dir(self) -> Path:
        return self.run_dir

    @property
    def project_dir(self) -> Path:
        return self.run_dir

    @property
    def keep(self) -> bool:
        return False

    def procedure_file(self, name: str) -> Path:
        return self.run_dir / name

    def outputs_of(self, step: str) -> Mapping[str, str]:
        return {}

    def env_of(self, step: str) -> Mapping[str, str]:
        return {}

    def log(self, line: str) -> None:
        self.say(f"# {line}")

    def progress(
        self, label: str, done: float, total: float, unit: str, eta_s: float | None = None
    ) -> None: ...

    def evidence(self, criterion: str, result: Finding, detail: str, coverage: str = "") -> None: ...

    def claim(self, kind: str, ref: str, **details: str) -> None:
        if kind == "directory":
            self.homes.append(Path(ref))

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

    Says how to connect, as shell assignments; everything else that it says is a comment to a shell.
    Raises ActionError, OSError.
    """
    run_dir = Path(tempfile.mkdtemp(prefix="drill-demo-run-"))
    context = HandContext(run_dir, environment, say, {"scale": scale})
    try:
        made = await start_demo(context)
        for line in (*HINT, *assignments(made.env)):
            say(line)
        await until()
    finally:
        for home in context.homes:
            await workplace.remove(home, RUN_ID)
        shutil.rmtree(run_dir)


def assignments(env: Mapping[str, str]) -> list[str]:
    """`export NAME=value` lines for a shell."""
    return [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
