"""A throw-away PostgreSQL cluster: made with initdb, started as our child, gone when we are."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.cluster.account import Account
from drill_tui.postgres.cluster.binaries import ServerBinaries
from drill_tui.postgres.cluster.processes import (
    HOME_VARIABLE,
    IMMEDIATE,
    Disk,
    Launched,
    end,
    finished,
    is_alive,
    launch,
)
from drill_tui.postgres.cluster.settings import as_arguments

PREFERRED_PORT = 15432
SUPERUSER = "postgres"
"""The bootstrap role has the name that nearly every source gave its own: `GRANT … GRANTED BY postgres`
works only for the bootstrap role (PostgreSQL 16 release notes)."""
START_TIMEOUT_S = 120.0
ALWAYS_HIDDEN = ("/run", "/var/run")
_POLL_S = 0.02


class NotStartedError(ActionError):
    """A server did not come up; `log` is the end of what it wrote."""

    def __init__(self, sentence: str, log: str) -> None:
        super().__init__(sentence)
        self.log = log


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """The source's locale, as far as a cluster can be initialised with it."""

    encoding: str = "UTF8"
    collate: str = "C"
    ctype: str = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where a cluster lives and what it runs with; `home` is its marked working directory."""

    home: Path
    binaries: ServerBinaries
    account: Account
    log: Path
    passfile: Path
    settings: Mapping[str, str]
    hide: tuple[str, ...] = ()
    listens: bool = True
    """Whether it may listen on loopback where it has no network of its own; else only on its socket."""
    room_bytes: int = 0
    """Where not 0, its databases lie on a disk of their own, with so much room besides what initdb made."""

    @property
    def data_dir(self) -> Path:
        return self.home / "data"

    @property
    def databases(self) -> Path:
        return self.data_dir / "base"

    @property
    def socket_dir(self) -> Path:
        return self.home / "s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    process: Launched
    port: int

    @property
    def level(self) -> str:
        """`network-namespace` or `loopback-only`."""
        return "network-namespace" if "network" in self.process.reached else "loopback-only"

    @property
    def level_detail(self) -> str:
        """What the server was cut off from, as a sentence."""
        reached = self.process.reached
        if self.level == "loopback-only":
            sentence = "The server listens on a unix socket and loopback only, in the host's own network"
        else:
            sentence = "The server runs in a network of its own, which holds nothing but its own loopback"
        if "sockets" in reached:
            sentence += "; it sees no other server's sockets"
        if "files" in reached:
            sentence += "; it can write nowhere but in its own directory"
        if "processes" in reached:
            sentence += "; it can neither trace nor signal other processes"
        elif "tracing" in reached:
            sentence += "; it cannot trace other processes"
        return sentence + "."


async def initialise(cluster: Cluster, locale: Locale) -> str:
    """Run initdb and return the new superuser's password, which stands in the cluster's passfile too.

    Raises ActionError with what initdb said.
    """
    password = secrets.token_urlsafe(24)
    once = cluster.data_dir.with_name("password")
    once.touch(mode=0o600)
    once.write_text(password)
    _hand_over(once, cluster.account)
    try:
        for chosen in dict.fromkeys((locale, Locale(encoding=locale.encoding), Locale())):
            code, said = await _initdb(cluster, chosen, once)
            if code == 0:
                break
    finally:
        once.unlink()
    if code != 0:
        raise ActionError(f"initdb of PostgreSQL {cluster.binaries.version} failed: {said[-400:].strip()}")
    return password


async def start(
    cluster: Cluster,
    *,
    isolate: bool,
    outlive: bool = False,
    states: Collection[str] = ("ready",),
    timeout_s: float = START_TIMEOUT_S,
) -> Running:
    """Start the server and wait until it accepts connections; one that outlives us is ended by its claim.

    `states` are those of `postmaster.pid` that count: a server that recovers is `standby` before it is
    `ready`.  Raises NotStartedError with the end of the server's log when it does not come up.
    """
    for attempt in range(5):
        shared_port = free_port(PREFERRED_PORT if attempt == 0 else 0)
        with cluster.log.open("ab") as log:
            position = log.tell()
            child = launch(
                _argv(cluster, PREFERRED_PORT, ""),
                argv_shared_network=_argv(cluster, shared_port, "127.0.0.1" if cluster.listens else ""),
                account=cluster.account,
                cwd=cluster.data_dir,
                log=log,
                env=_environment(cluster),
                isolate=isolate,
                hide=(*ALWAYS_HIDDEN, *map(str, Path("/tmp").glob(".s.PGSQL.*")), *cluster.hide),  # noqa: S108, ASYNC240
                keep=cluster.home,
                outlive=outlive,
                disk=Disk(folder=cluster.databases, room_bytes=cluster.room_bytes)
                if cluster.room_bytes
                else None,
            )
        port = PREFERRED_PORT if "network" in child.reached else shared_port
        try:
            if await _is_ready(cluster, child, states, timeout_s):
                return Running(process=child, port=port)
        except BaseException:
            await end({child.pid: child.start_ticks}, IMMEDIATE)
            raise
        said = _tail(cluster.log, position)
        if "Address already in use" not in said:
            break
    raise NotStartedError(f"PostgreSQL {cluster.binaries.version} did not start: {said}", said)


def write_passfile(path: Path, hosts: Sequence[str], port: int, user: str, password: str) -> None:
    """Write a 0600 passfile (PostgreSQL manual 32.16) for exactly these hosts."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    escaped = [host.replace("\\", "\\\\").replace(":", "\\:") for host in hosts]
    path.write_text("".join(f"{host}:{port}:*:{user}:{password}\n" for host in escaped))


def move_passfile(path: Path, old_port: str, new_port: int) -> None:
    """The same passfile for a server that came up on another port."""
    text = path.read_text()
    path.write_text(text.replace(f":{old_port}:*:", f":{new_port}:*:"))


def free_port(preferred: int) -> int:
    """The preferred TCP port of loopback if nobody has it, else any free one; 0 prefers none."""
    for port in (preferred, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise ActionError("there is no free TCP port on 127.0.0.1")


async def _initdb(cluster: Cluster, locale: Locale, password_file: Path) -> tuple[int, str]:
    argv = [
        str(cluster.binaries.bin_dir / "initdb"),
        f"--pgdata={cluster.data_dir}",
        f"--username={SUPERUSER}",
        "--auth=scram-sha-256",
        f"--pwfile={password_file}",
        f"--encoding={locale.encoding}",
        "--locale=C",
        f"--lc-collate={locale.collate}",
        f"--lc-ctype={locale.ctype}",
        "--no-sync",
        "--no-instructions",
    ]
    with cluster.log.open("ab+") as log:
        position = log.seek(0, 2)
        child = launch(
            argv, account=cluster.account, cwd=cluster.data_dir, log=log, env=_environment(cluster)
        )
        code = await finished(child.pid)
    return code, _tail(cluster.log, position)


async def _is_ready(cluster: Cluster, child: Launched, states: Collection[str], timeout_s: float) -> bool:
    """Line 8 of postmaster.pid says `ready` once connections are accepted (miscadmin.h)."""
    deadline = time.monotonic() + timeout_s
    state = cluster.data_dir / "postmaster.pid"
    while time.monotonic() < deadline and is_alive(child.pid, child.start_ticks):
        with suppress(OSError):
            lines = state.read_text().splitlines()
            if len(lines) >= 8 and lines[0] == str(child.pid) and lines[7].strip() in states:
                return True
        await asyncio.sleep(_POLL_S)
    await end({child.pid: child.start_ticks}, IMMEDIATE)
    return False


def _argv(cluster: Cluster, port: int, addresses: str) -> list[str]:
    own = {
        "port": str(port),
        "listen_addresses": addresses,
        "unix_socket_directories": str(cluster.socket_dir),
        "unix_socket_permissions": "0700",
    }
    return [
        str(cluster.binaries.bin_dir / "postgres"),
        "-D",
        str(cluster.data_dir),
        *as_arguments({**cluster.settings, **own}),
    ]


def _environment(cluster: Cluster) -> dict[str, str]:
    return {
        "PATH": f"{cluster.binaries.bin_dir}:/usr/bin:/bin",
        "LC_ALL": "C",
        "TZ": "UTC",
        "HOME": str(cluster.data_dir),
        "TMPDIR": str(cluster.data_dir),
        HOME_VARIABLE: str(cluster.home),
    }


def _hand_over(path: Path, account: Account) -> None:
    if account.is_other:
        os.chown(path, account.uid, account.gid)


def _tail(log: Path, position: int, limit: int = 800) -> str:
    with log.open("rb") as text:
        text.seek(position)
        return text.read()[-limit:].decode(errors="replace").strip()
