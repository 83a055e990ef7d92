"""Several machines on one: each with a network, a disk and a clock of its own, and somebody who harms them.

Needs root and `ip`; the clock also Debian's libfaketime, the small disk `mount`.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.e2e.fleet.rig import shut_down, start_again
from tests.servers import Server

ADDRESS: Final = "10.91.87.1"
"""Of the machine with the servers, which every other reaches by its own line."""
NETWORK: Final = "10.91.87.0/24"
FAKETIME: Final = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
DISK_BYTES: Final = 1_600_000_000
"""Somewhat more than what a worker never gives to a drill."""


@dataclass
class Machine:
    """Where one worker runs; `prefix` is what runs a command there."""

    name: str
    line: str
    folder: Path
    prefix: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def scratch(self) -> Path:
        return self.folder / "scratch"

    def cut_off(self) -> None:
        """Nothing comes through, and nobody is told: as a pulled cable."""
        _run("ip", "link", "set", self.line, "down")

    def reach(self) -> None:
        _run("ip", "link", "set", self.line, "up")

    def fill_disk(self) -> None:
        """To its last byte, while others write there too."""
        with suppress(OSError), (self.folder / "filler").open("wb", buffering=0) as file:
            while file.write(bytes(1_000_000)):
                pass

    def empty_disk(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def set_clock(self, offset: str) -> None:
        """From now on it goes ahead or behind by that much (`+2h`), in processes that run too."""
        draft = self.folder / "clock.new"
        draft.write_text(f"{offset}\n")
        draft.replace(self.folder / "clock")


@contextmanager
def machines(names: Sequence[str]) -> Iterator[dict[str, Machine]]:
    """Their networks are gone afterwards, also where one could not be made."""
    with tempfile.TemporaryDirectory(prefix="fleet-machines-") as folder:
        Path(folder).chmod(0o755)
        with _networks(Path(folder), names) as made:
            yield made


@contextmanager
def _networks(folder: Path, names: Sequence[str]) -> Iterator[dict[str, Machine]]:
    mine = f"{os.getpid():x}"
    spaces = {name: f"drill-{mine}-{name}" for name in names}
    bridge = f"dr{mine}"
    try:
        _run("ip", "link", "add", bridge, "type", "bridge")
        _run("ip", "address", "add", f"{ADDRESS}/24", "dev", bridge)
        _run("ip", "link", "set", bridge, "up")
        made = {}
        for number, (name, space) in enumerate(spaces.items()):
            line = f"{bridge}-{number}"
            _run("ip", "netns", "add", space)
            _run("ip", "link", "add", line, "type", "veth", "peer", "name", "eth0", "netns", space)
            _run("ip", "link", "set", line, "master", bridge, "up")
            own = f"{ADDRESS.rpartition('.')[0]}.{number + 2}/24"
            _run("ip", "-n", space, "address", "add", own, "dev", "eth0")
            for interface in ("lo", "eth0"):
                _run("ip", "-n", space, "link", "set", interface, "up")
            place = folder / name
            (place / "scratch").mkdir(parents=True)
            place.chmod(0o755)
            made[name] = Machine(name, line, place, ("ip", "netns", "exec", space))
        yield made
    finally:
        for space in spaces.values():
            _run("ip", "netns", "delete", space, check=False)
        _run("ip", "link", "delete", bridge, check=False)


@contextmanager
def small_disk(machine: Machine) -> Iterator[None]:
    """Its folders lie on a disk of their own, which can be filled."""
    _run("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=755", "tmpfs", str(machine.folder))
    try:
        machine.scratch.mkdir()
        yield
    finally:
        _run("umount", "--lazy", str(machine.folder))


def with_own_clock(machine: Machine) -> None:
    """What is started there from now on follows `set_clock`; its monotonic clock stays the true one."""
    machine.set_clock("+0")
    machine.environment |= {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(machine.folder / "clock"),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }


@contextmanager
def reachable_from_all(server: Server) -> Iterator[None]:
    """For the block, let the machines connect to a server that listens only to its own."""
    with (server.data_dir / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {NETWORK} scram-sha-256\n")
    shut_down(server)
    arguments = [str(a) for a in server.process.args]  # type: ignore[union-attr]
    server.process.args = [a.replace("=127.0.0.1", "=*") for a in arguments]
    start_again(server)
    before, server.host = server.host, ADDRESS
    try:
        yield
    finally:
        server.host = before


def _run(*command: str, check: bool = True) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
