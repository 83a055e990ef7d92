"""`scripts/backup.sh`: back up the database that the environment names."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.arguments import jobs
from drill_tui.cli.exits import Exit, answered, complain
from drill_tui.cli.settings import adopt_source_here
from drill_tui.cli.stopping import until_stopped
from drill_tui.cli.streams import make_lasting, settle
from drill_tui.postgres.client import talkback

if TYPE_CHECKING:
    from drill_tui.postgres.backup.run import Done

CRITERION = "backup_completes"
DESCRIPTION = """\
Back up a database into DIR/<database>_<UTC time>: a pg_dump in directory format, its roles, a manifest with
rows and digests of every table taken in the dump's own snapshot, and checksums.

The database is the one that the environment names: DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD; else
DATABASE_URL; else libpq's own PG* variables, service and password files. The first group that is set wins."""
EPILOG = """\
exit codes: 0 done; 1 the database cannot be backed up as it is; 2 wrong usage;
            3 could not tell (no connection, a lock, a full disk …)"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit code."""
    make_lasting()
    options = _parse(arguments)
    if code := answered(adopt_source_here):
        return code
    os.umask(0o077)
    return settle(asyncio.run(until_stopped(_run(options), _say_stopped)))


def _say_stopped() -> None:
    talkback.end_progress()
    talkback.evidence(CRITERION, "unproven", "The backup was stopped before it was complete.")
    complain("stopped before the backup was complete", "Nothing of it was kept; run it again.")


async def _run(options: argparse.Namespace) -> int:
    from drill_tui.postgres.client.errors import BackupBadError, RestoreError

    try:
        done = await _backup(options)
    except RestoreError as error:
        talkback.end_progress()
        bad = isinstance(error, BackupBadError)
        talkback.evidence(CRITERION, "missed" if bad else "unproven", str(error))
        complain(str(error), error.advice)
        return Exit.FAILED if bad else Exit.ERROR
    talkback.end_progress()
    talkback.output("backup", str(done.path))
    talkback.output("size_bytes", done.size_bytes)
    talkback.output("snapshot_at", done.manifest.snapshot_at.isoformat())
    talkback.evidence(CRITERION, "met", done.detail, done.coverage)
    _say(done.detail)
    for sentence in done.manifest.coverage:
        _say(f"Not vouched for: {sentence}")
    _say(str(done.path))
    return Exit.PASSED


async def _backup(options: argparse.Namespace) -> Done:
    """Every failure that is not the database's own fault, in one sentence with advice."""
    from drill_tui.postgres.backup.preflight import explain_wait
    from drill_tui.postgres.backup.run import Request, backup
    from drill_tui.postgres.client.connect import (
        ConnectError,
        DatabaseError,
        LockNotAvailable,
        open_connection,
    )
    from drill_tui.postgres.client.errors import CouldNotTellError
    from drill_tui.postgres.client.source import SourceError, resolve
    from drill_tui.postgres.client.spawn import clean
    from drill_tui.postgres.client.tools import ToolsMissingError

    request = Request(
        output=Path(options.output),
        environment=os.environ,
        jobs=options.jobs,
        compression=options.compress,
        depth=options.digest,
        lock_timeout_s=options.lock_timeout,
        say=_say,
        report=_report,
    )
    try:
        source = resolve(request.environment)
        async with await open_connection(source) as leader:
            pinned = source.pinned_to(leader.info.host, leader.info.port)
            return await backup(request, pinned, leader)
    except (SourceError, ConnectError, ToolsMissingError) as error:
        raise CouldNotTellError(str(error)) from None
    except LockNotAvailable as error:
        raise explain_wait(error, request.lock_timeout_s) from None
    except DatabaseError as error:
        words = clean(" ".join(str(error).split()), [source.password or ""])
        raise CouldNotTellError(f"The server ended the backup: {words}", advice=_advice(words)) from None
    except OSError as error:
        raise CouldNotTellError(
            f"{error.filename or request.output}: {error.strerror or error}",
            advice="Free some space or fix the permissions, or choose another --output.",
        ) from None


def _advice(words: str) -> str:
    if "snapshot" in words:
        return "Connect to the server itself, not through a pooler."
    from drill_tui.postgres.client.connect import in_utf8

    return in_utf8(words) or "See the server's log, then take the backup again."


def _say(line: str) -> None:
    talkback.end_progress()
    print(line, flush=True)  # noqa: T201 - this is the script's voice


def _report(label: str, done: float, total: float, eta_s: float | None) -> None:
    talkback.progress(label, done, total, "bytes", eta_s)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="backup.sh",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--output", required=True, metavar="DIR", help="where the backup's folder is made")
    parser.add_argument(
        "--jobs", type=jobs, default=0, metavar="N", help="parallel jobs (default 0: one per core)"
    )
    parser.add_argument(
        "--compress",
        type=_compression,
        default="",
        metavar="METHOD[:LEVEL]",
        help="zstd, lz4, gzip or none (default: the best that pg_dump has)",
    )
    parser.add_argument(
        "--digest",
        choices=("full", "counts"),
        default="full",
        help="digest every row (default), or only count them",
    )
    parser.add_argument(
        "--lock-timeout",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="give up when a table stays locked for so long (default 60; 0 waits for ever)",
    )
    options = parser.parse_args(arguments)
    problem = _problem_of(options.output)
    if problem:
        parser.error(f"--output {options.output!r} {problem}")
    return options


def _problem_of(output: str) -> str:
    """Why the backup cannot go there; empty where it can."""
    if not output.strip():
        return "is empty: name a directory"
    try:
        where = Path.cwd() / output
        is_other = where.exists() and not where.is_dir()
    except FileNotFoundError:
        return "starts from a working directory that is gone: change to another one first"
    except OSError as error:
        return f"cannot be a directory: {error.strerror}"
    if "\n" in str(where) or "\r" in str(where):
        return "is below a name with a line break, which pg_dumpall refuses: name another directory"
    return "is a file: name a directory" if is_other else ""


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return float(text)


def _compression(text: str) -> str:
    if text and not re.fullmatch(r"(none|gzip|lz4|zstd)(:[A-Za-z0-9=,-]+)?|[0-9]", text):
        raise argparse.ArgumentTypeError(f"{text!r} is none of zstd, lz4, gzip, none with an optional :level")
    return text


if __name__ == "__main__":
    sys.exit(main())
