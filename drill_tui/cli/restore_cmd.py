"""`scripts/restore.sh`: check a backup, and restore it."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from typing import Literal

from drill_tui.cli.arguments import jobs
from drill_tui.cli.exits import Exit, complain
from drill_tui.cli.stopping import until_stopped
from drill_tui.cli.streams import make_lasting, settle
from drill_tui.postgres.client import talkback

DESCRIPTION = """\
Check a backup, and restore it into the database that the environment names: DB_HOST, DB_PORT, DB_NAME,
DB_USER and DB_PASSWORD; else DATABASE_URL; else libpq's own PG* variables.  At localhost:15432, the server
of compose.restore.yml, DB_USER and DB_PASSWORD are known and need not be named."""
EPILOG = """\
exit codes: 0 done; 1 the backup is bad or did not restore; 2 wrong usage;
            3 could not tell (refused, no connection, a full disk …)"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit code."""
    make_lasting()
    options = _parse(arguments)
    criterion = "checksums_verify" if options.check_only else "restore_completes"
    return settle(
        asyncio.run(until_stopped(_run(options, criterion), partial(_say_stopped, options, criterion)))
    )


def _say_stopped(options: argparse.Namespace, criterion: str) -> None:
    talkback.end_progress()
    talkback.evidence(criterion, "unproven", "It was stopped before it was done.")
    complain("stopped before it was done", _after_a_stop(options))


async def _run(options: argparse.Namespace, criterion: str) -> int:
    from drill_tui.postgres.client.errors import BackupBadError, RestoreError, RestoreUsageError
    from drill_tui.postgres.client.known_target import with_known_target
    from drill_tui.postgres.restore.run import Request, check, restore, say_what_would_happen

    request = Request(
        backup=options.input[0],
        environment=with_known_target(os.environ),
        jobs=options.jobs,
        replace=options.replace,
        confirm=options.confirm,
        say=_say,
        ask=_ask if sys.stdin.isatty() and sys.stderr.isatty() else None,
    )
    act = check if options.check_only else say_what_would_happen if options.dry_run else restore
    try:
        done = await act(request)
    except RestoreUsageError as error:
        return _fail(error, Exit.USAGE)
    except RestoreError as error:
        bad = isinstance(error, BackupBadError)
        result: Literal["missed", "unproven"] = "missed" if bad else "unproven"
        talkback.evidence(criterion, result, str(error))
        return _fail(error, Exit.FAILED if bad else Exit.ERROR)
    except OSError as error:
        problem = f"{error.filename or options.input[0]}: {error.strerror or error}"
        talkback.evidence(criterion, "unproven", problem)
        advice = "Run this as a user who may read the backup, and look whether the disk is full."
        return _fail(RestoreError(problem, advice=advice), Exit.ERROR)
    talkback.end_progress()
    for key, value in done.outputs.items():
        talkback.output(key, value)
    if not options.dry_run:
        talkback.evidence(criterion, done.result, done.detail, done.coverage)
    _say(done.detail)
    return Exit.PASSED


def _fail(error: Exception, code: Exit) -> int:
    talkback.end_progress()
    complain(str(error), getattr(error, "advice", ""))
    return code


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="restore.sh",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--input", nargs="+", required=True, metavar="BACKUP", help="the backup's folder or file"
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--check-only", action="store_true", help="check the backup and stop")
    only.add_argument("--dry-run", action="store_true", help="check, say what would be done, change nothing")
    parser.add_argument(
        "--jobs", type=jobs, default=0, metavar="N", help="parallel jobs (default 0: one per core)"
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="drop the target database if it holds something; needs --confirm",
    )
    parser.add_argument("--confirm", default="", metavar="NAME", help="the name of the database to replace")
    options = parser.parse_args(arguments)
    if len(options.input) > 1:
        shown = ", ".join(options.input[:4])
        parser.error(
            f"--input takes one backup, and {len(options.input)} were given ({shown}): name one of them"
        )
    if not options.input[0].strip():
        parser.error("--input is empty: name the backup's folder or file")
    if options.confirm and not options.replace:
        parser.error("--confirm only goes with --replace")
    return options


def _say(line: str) -> None:
    talkback.end_progress()
    print(line, flush=True)  # noqa: T201 - this is the script's voice


def _ask(question: str) -> str:
    """Reading blocks the event loop, so Ctrl-C has to raise here as it would without one."""
    talkback.end_progress()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(question)
    except (EOFError, KeyboardInterrupt):
        return ""
    finally:
        signal.signal(signal.SIGINT, before)


def _after_a_stop(options: argparse.Namespace) -> str:
    if options.check_only or options.dry_run:
        return "Nothing was changed."
    return "The target database may be half restored: restore again with --replace."


if __name__ == "__main__":
    sys.exit(main())
