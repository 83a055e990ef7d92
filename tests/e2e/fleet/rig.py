"""A fleet of tiny databases, and workers that can be held, killed and told to stop."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from drill_tui.fleet.ledger import Ledger, Over
from drill_tui.programme.shelf import PastDrill, read_shelf
from tests.e2e.drill.running import DRILL_TIMEOUT_S, clean_environment, wait_until
from tests.servers import Server

QUEUE = "queue"
"""The database of the queue."""
RUNBOOK = """\
version: 1
id: tiny
title: A tiny drill
criteria:
  seen: {title: The source was seen, evidence: [look]}
steps:
  - {id: open_source, title: Find it, uses: source.open, timeout: 2m}
"""
TARGET = """\
  - id: start_target
    title: Start a target
    uses: target.start
    with: {kind: local, profile: fast, source: open_source, backup: '', database: copy}
    timeout: 5m
"""
LOOKING = """\
  - {id: look, title: Look at it, connect: open_source, run: [scripts/look.sh], timeout: 3m}
cleanup:
"""
STOP = """\
  - {id: stop_target, title: Stop it, after: start_target, uses: target.stop, with: {target: start_target}}
"""
CLOSING = """\
  - {id: close_source, title: Close it, after: open_source, uses: source.close}
"""
LOOK = """\
#!/bin/sh
echo "begin $DB_NAME" >>"$FLEET_STAGE/trace"
while [ -e "$FLEET_STAGE/hold-$DB_NAME" ]; do sleep 0.05; done
echo "end $DB_NAME" >>"$FLEET_STAGE/trace"
found=met
if [ -e "$FLEET_STAGE/gone-$DB_NAME" ]; then found=missed; fi
echo '{"criterion": "seen", "result": "'$found'", "detail": "looked for it"}' >>"$DRILL_EVIDENCE"
"""


@dataclass
class Stage:
    """One fleet and its places; the databases are `db0`, `db1` … of one server."""

    folder: Path
    scratch: Path
    names: tuple[str, ...]
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    """More of the environment of whatever is started."""

    @property
    def trace(self) -> list[str]:
        path = self.folder / "trace"
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def hold(self, *names: str) -> None:
        """Drills of these stay in the middle until they are let go."""
        for name in names:
            (self.folder / f"hold-{name}").touch()

    def let_go(self, *names: str) -> None:
        for name in names:
            (self.folder / f"hold-{name}").unlink()

    def environment(self) -> dict[str, str]:
        return clean_environment(
            {
                "PGSERVICEFILE": str(self.folder / "services.conf"),
                "FLEET_STAGE": str(self.folder),
                "DRILL_WORK_DIR": str(self.scratch),
                **self.variables,
            }
        )

    def start(
        self,
        host: str,
        command: str = "worker",
        *options: str,
        prefix: Sequence[str] = (),
        extra: Mapping[str, str] = {},
    ) -> subprocess.Popen[str]:
        """A worker as a process of its own, whose words lie in HOST.log; `prefix` runs it elsewhere."""
        with (self.folder / f"{host}.log").open("a") as log:
            worker = subprocess.Popen(
                [*prefix, sys.executable, "-m", "drill_tui", "fleet", command, "--host", host, *options],
                env={**self.environment(), **extra},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                text=True,
            )
        self.workers.append(worker)
        return worker

    def tell(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Another command of the fleet, to its end; `cwd` is another checkout of the project."""
        return self.drill_tui("fleet", *arguments, cwd=cwd)

    def drill_tui(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "drill_tui", *arguments],
            env=self.environment() | ({"XDG_CACHE_HOME": str(cwd / "cache")} if cwd else {}),
            cwd=cwd or self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DRILL_TIMEOUT_S,
            check=False,
        )

    def said(self, host: str) -> str:
        return (self.folder / f"{host}.log").read_text()

    def evidence_of(self, name: str) -> Path:
        return self.folder / "artifacts" / "fleet" / name

    def passes(self, name: str) -> list[PastDrill]:
        return [drill for drill in read_shelf(self.evidence_of(name)).drills if drill.passed]

    def attempts(self, name: str) -> list[Over]:
        ledger = Ledger(self.evidence_of(name))
        paths = sorted(path for path in ledger.folder.glob("*.json") if "began" not in path.name)
        return [Over.model_validate_json(path.read_bytes()) for path in paths]

    def wait_for(self, line: str) -> None:
        wait_until(lambda: line in self.trace, f"the drill to say {line!r}")

    def host_of(self, name: str) -> str:
        """Who runs the drill that is under way."""
        begun = Ledger(self.evidence_of(name)).under_way()
        assert begun is not None
        return begun.host

    def drained(self, worker: subprocess.Popen[str]) -> int:
        worker.send_signal(signal.SIGTERM)
        return worker.wait(DRILL_TIMEOUT_S)

    def nothing_left(self) -> None:
        """Assert that no process and no folder of any drill of this fleet is on this machine."""
        self.no_processes()
        assert list(self.scratch.iterdir()) == []

    def no_processes(self) -> None:
        wait_until(lambda: not self.processes(), "the last process of the fleet to end")

    def processes(self) -> list[int]:
        """Of everything that a worker of this fleet started, and of the workers."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("FLEET_STAGE") == str(self.folder):
                    found.append(process.pid)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def kill_everything(self, worker: subprocess.Popen[str]) -> None:
        """As a power cut: the worker and all that it started, at once."""
        root = psutil.Process(worker.pid)
        for process in [root, *root.children(recursive=True)]:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        worker.wait(DRILL_TIMEOUT_S)


def never_two_at_once(trace: list[str]) -> bool:
    """Whether no drill of a database began while another of it was in its middle."""
    inside: set[str] = set()
    for word, name in (line.split() for line in trace):
        if word == "begin":
            if name in inside:
                return False
            inside.add(name)
        else:
            inside.discard(name)
    return True


@contextmanager
def fleet_of(
    folder: Path,
    sources: Server,
    control: Server,
    count: int,
    *,
    lease: str,
    again: str = "31d",
    target: bool = True,
) -> Iterator[Stage]:
    """The project of a fleet, and its databases; ends what still runs.

    Without `target` its drills are quicker, and leave less behind when they are killed.
    """
    names = tuple(f"db{number}" for number in range(count))
    runbook = (RUNBOOK, TARGET if target else "", LOOKING, STOP if target else "", CLOSING)
    for path, text in (("runbooks/tiny.yaml", "".join(runbook)), ("scripts/look.sh", LOOK)):
        (folder / path).parent.mkdir()
        (folder / path).write_text(text)
    (folder / "scripts" / "look.sh").chmod(0o755)
    services = _service("control", control, QUEUE) + "".join(_service(n, sources, n) for n in names)
    (folder / "services.conf").write_text(services)
    members = "".join(f'[databases.{name}]\nservice = "{name}"\n' for name in names)
    head = f'[fleet]\ncontrol = "control"\nlease = "{lease}"\n[defaults]\nrunbook = "tiny"\nowner = "us"\n'
    (folder / "fleet.toml").write_text(f'{head}again_after = "{again}"\n{members}')
    for name in names:
        sources.create_database(name)
    with tempfile.TemporaryDirectory(prefix="fleet-") as scratch:
        Path(scratch).chmod(0o755)
        stage = Stage(folder, Path(scratch), names)
        try:
            yield stage
        finally:
            for worker in stage.workers:
                if worker.poll() is None:
                    stage.kill_everything(worker)
            for name in names:
                sources.drop_database(name)


def _service(name: str, server: Server, dbname: str) -> str:
    settings: Mapping[str, object] = {
        "host": server.host,
        "port": server.port,
        "user": server.user,
        "password": server.password,
        "dbname": dbname,
    }
    return f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in settings.items())


def restarted(server: Server) -> None:
    """Cut every connection, as a restart does, and be there again."""
    shut_down(server)
    start_again(server)


def shut_down(server: Server) -> None:
    server.process.send_signal(signal.SIGINT)
    server.process.wait(DRILL_TIMEOUT_S)


def start_again(server: Server) -> None:
    command = list(map(str, server.process.args))  # type: ignore[arg-type]
    with server.log.open("ab") as log:
        server.process = subprocess.Popen(
            command, cwd=server.home, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    wait_until(lambda: _is_ready(server), "the server to be there again")


def _is_ready(server: Server) -> bool:
    """Its postmaster writes that into the eighth line of this file."""
    try:
        return (server.data_dir / "postmaster.pid").read_text().splitlines()[7].startswith("ready")
    except (OSError, IndexError):
        return False
