"""The memory of a command and of all that it starts: what would be free again without them (PSS)."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.measure import PROJECT

EVERY_S = 0.5
MARK = "DRILL_BENCH_MARK"


@dataclass
class Peak:
    """In MB, at the moment of the largest sum."""

    programs_mb: float = 0.0
    servers_mb: float = 0.0
    samples: int = 0
    most_programs_mb: float = 0.0
    """Of all programs together, at any moment."""
    largest_mb: float = 0.0
    """Of one process, at any moment."""

    @property
    def all_mb(self) -> float:
        return self.programs_mb + self.servers_mb

    def take(self, places: Sequence[tuple[bool, float]]) -> None:
        programs = sum(mb for is_server, mb in places if not is_server)
        servers = sum(mb for is_server, mb in places if is_server)
        self.samples += 1
        self.most_programs_mb = max(self.most_programs_mb, programs)
        self.largest_mb = max([self.largest_mb, *(mb for _, mb in places)])
        if programs + servers > self.all_mb:
            self.programs_mb, self.servers_mb = programs, servers


def run_watched(argv: Sequence[str], env: Mapping[str, str]) -> Peak:
    """The command must succeed; its servers work in a folder of their own, which their account can enter."""
    with tempfile.TemporaryDirectory(prefix="drill-bench-servers-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        return _watched(argv, env, work)


def _watched(argv: Sequence[str], env: Mapping[str, str], work: Path) -> Peak:
    mark = f"{work.name}-{os.getpid()}"
    environment = {**env, MARK: mark, "DRILL_WORK_DIR": str(work)}
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(EVERY_S):
            peak.take(list(_sizes(mark, work)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        said = subprocess.run(argv, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    finally:
        done.set()
        watcher.join()
    if said.returncode != 0:
        sys.stderr.write(said.stdout[-3000:] + said.stderr[-3000:])
        raise SystemExit(f"{argv[0]} ended with {said.returncode}")
    return peak


def _sizes(mark: str, work: Path) -> Iterator[tuple[bool, float]]:
    """Whether it is a server's process, and its share of memory.

    A server overwrites its environment with its title, so it is known by where it works.
    """
    for process in psutil.process_iter():
        try:
            is_server = Path(process.cwd()).is_relative_to(work) and process.name().startswith("postgres")
            if is_server or process.environ().get(MARK) == mark:
                yield is_server, process.memory_full_info().pss / 1e6
        except (psutil.Error, OSError):
            continue
