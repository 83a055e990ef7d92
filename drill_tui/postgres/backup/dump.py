"""Running pg_dump and pg_dumpall, and saying what their failures mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drill_tui.postgres.client.errors import BackupBadError, CouldNotTellError
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.client.spawn import Finished, run
from drill_tui.postgres.client.tools import Tools, compressions

GZIP_DEFAULT: Final = "gzip:1"
"""A third of the time of gzip's own default, level 6, for files about 8 % larger (docs/performance.md)."""
CIRCUMSTANCES: Final = (
    ("terminated by user", "Take the backup again."),
    ("no space left on device", "Free some disk space, or choose another --output."),
    ("disk quota exceeded", "Free some disk space, or choose another --output."),
    ("file too large", "Raise the file size limit (ulimit -f), or use more, smaller tables."),
    ("worker process died unexpectedly", "See whether memory or a file size limit ran out."),
    ("server closed the connection", "See the server's log; take the backup again when it is back."),
    ("terminating connection", "See the server's log; take the backup again when it is back."),
    ("connection to server", "Check that the server is running and reachable, then try again."),
    ("could not receive data from server", "Check the network, then try again."),
    ("the database system is", "Wait until the server accepts connections, then try again."),
    ("lock timeout", "Somebody is changing the schema. Try later, or raise --lock-timeout."),
    ("could not obtain lock", "Somebody is changing the schema. Try later, or raise --lock-timeout."),
    ("out of shared memory", "Raise max_locks_per_transaction on the server."),
    ("invalid snapshot identifier", "Connect to the server itself, not through a pooler."),
    ("aborting because of server version mismatch", "Install client programs as new as the server."),
)
"""Failures that say nothing about whether the database can be backed up, and what to do about each."""


FOR_PG_DUMPALL: Final = {"statement_timeout": "0", "standard_conforming_strings": "on"}
"""pg_dump lifts the first, pg_dumpall does not; without the second it writes for sessions without it."""


@dataclass(frozen=True, slots=True)
class DumpOrder:
    """How to dump: `lock_timeout_s` 0 waits for ever."""

    tools: Tools
    source: Connection
    snapshot: str | None
    """None dumps in a snapshot of the dump's own, which only one session can have."""
    database: str
    jobs: int
    compression: str
    lock_timeout_s: float
    in_the_way: Sequence[str] = ()
    """Settings of FOR_PG_DUMPALL that sessions start without."""


def choose_compression(tools: Tools, wanted: str) -> str:
    """The value for `pg_dump -Z`: as wanted, or the best method that this client has.

    Raises CouldNotTellError where the client lacks the wanted method.
    """
    available = compressions(tools.path("pg_dump"))
    if not wanted:
        return GZIP_DEFAULT if available[0] == "gzip" else available[0]
    method = "gzip" if wanted.isdigit() else wanted.partition(":")[0]
    if method not in (*available, "none"):
        raise CouldNotTellError(
            f"pg_dump {tools.version} in {tools.bin_dir} has no {method} compression.",
            advice=f"Use --compress with one of: {', '.join(available)}, none.",
        )
    return wanted


def zlib_level(compression: str, major: int) -> str:
    """The same request as this version's pg_dump writes it: before 16 there are only levels of gzip."""
    if major >= 16:
        return compression
    if compression.startswith("none"):
        return "0"
    level = compression.removeprefix("gzip").lstrip(":").removeprefix("level=")
    return level or "6"


async def dump(order: DumpOrder, folder: Path, on_line: Callable[[str], None]) -> None:
    """Dump into a new folder, in the given snapshot if any.  Raises BackupBadError or CouldNotTellError."""
    argv = [
        order.tools.path("pg_dump"),
        "--format=directory",
        f"--file={folder}",
        f"--jobs={order.jobs if order.snapshot else 1}",
        f"--compress={zlib_level(order.compression, order.tools.version.major)}",
        "--no-password",
    ]
    if order.snapshot:
        argv.append(f"--snapshot={order.snapshot}")
    if order.lock_timeout_s > 0:
        argv.append(f"--lock-wait-timeout={int(order.lock_timeout_s * 1000)}")
    finished = await _run(argv, order.source, on_line)
    if finished.exit_code != 0:
        raise explain_failure(finished)


async def dump_globals(order: DumpOrder, path: Path, on_line: Callable[[str], None]) -> None:
    """Write roles without passwords.  `--no-role-passwords` reads pg_roles, so any role may do it.

    Raises BackupBadError or CouldNotTellError.
    """
    argv = [
        order.tools.path("pg_dumpall"),
        "--globals-only",
        "--no-role-passwords",
        "--no-password",
        f"--file={path}",
    ]
    # pg_dumpall would take such a name for a connection string; it then uses the database postgres.
    if "=" not in order.database and "://" not in order.database:
        argv.append(f"--database={order.database}")
    source = order.source
    for name in order.in_the_way:
        source = source.with_setting(name, FOR_PG_DUMPALL[name])
    finished = await _run(argv, source, on_line)
    if finished.exit_code != 0:
        raise explain_failure(finished)


def explain_failure(finished: Finished) -> BackupBadError | CouldNotTellError:
    """A verdict where the database cannot be dumped, or an error where circumstances were in the way."""
    words = " ".join(finished.stderr).lower()
    message = f"{finished.program} failed: {finished.last_words}"
    for phrase, advice in CIRCUMSTANCES:
        if phrase in words:
            return CouldNotTellError(message, advice=advice)
    if finished.exit_code < 0:
        return CouldNotTellError(
            f"{finished.program} was ended by signal {-finished.exit_code}.", advice="Take the backup again."
        )
    return BackupBadError(message, advice="Repair what pg_dump names, then take the backup again.")


async def _run(argv: list[str], source: Connection, on_line: Callable[[str], None]) -> Finished:
    try:
        return await run(argv, env=source.child_env(), on_line=on_line)
    except OSError as error:
        raise CouldNotTellError(
            f"{argv[0]} cannot be started: {error.strerror}.", advice="Check its permissions."
        ) from None
