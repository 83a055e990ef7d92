"""`drill-tui witness`: record what a backup made around now must contain."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, UserError, answered, complain
from drill_tui.cli.settings import adopt_source_here
from drill_tui.cli.stopping import until_stopped
from drill_tui.cli.streams import make_lasting, settle
from drill_tui.postgres.archive.manifest import WITNESS_SUFFIX
from drill_tui.postgres.client import talkback

if TYPE_CHECKING:
    from drill_tui.postgres.archive.witness import DatabaseWitness, Witness

FOLDER_VARIABLE = "DRILL_WITNESSES"
DEFAULT_FOLDER = "witnesses"
DESCRIPTION = """\
Record what a backup made around now must contain: rows and digests of every table, sequences, large objects,
roles and the schema of every database, at an exact point of the WAL.  Only reads.

The server is the one that the environment names (DB_HOST …, DATABASE_URL or PG*).  On a primary the point
comes from a temporary logical slot, which needs wal_level=logical and a role with REPLICATION, writes some
bytes of WAL, and waits for transactions that write.  Without them (--way snapshot) the drill looks the point
up in the archived WAL, where nearly every snapshot has one.  On a standby the replay is paused meanwhile.

  drill-tui witness                   take one
  drill-tui witness list              name those that are there
  drill-tui witness prune --keep 90d  remove old ones, never the newest
  drill-tui witness -- pg_dump …      run your own pg_dump, and leave a witness of its snapshot

The last needs no logical slot, and leaves FILE.witness.json beside the dump.  Its server is the one that
pg_dump's own arguments and PG* variables name.  Only --out, --digest and --jobs go with it."""
EPILOG = """\
exit codes: 0 done; 1 the role does not see every row; 2 wrong usage;
            3 could not tell (no connection, no exact point, a lock …; behind `--` also: the dump is complete
            and has no witness); where pg_dump fails, its own"""
SLOT_TIMEOUT_S = 60.0
UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit code."""
    make_lasting()
    ours, command = _cut(sys.argv[1:] if arguments is None else list(arguments))
    options = _parse(ours, of_command=command is not None)
    if command is not None:
        from drill_tui.cli.witness_dump import DumpOptions, run_dump

        asked = DumpOptions(witness=options.out, depth=options.digest, jobs=options.jobs)
        return run_dump(command, asked)
    if options.command == "list":
        return settle(_list(options.folder))
    if options.command == "prune":
        return settle(_prune(options.folder, options.keep))
    if code := answered(adopt_source_here):
        return code
    os.umask(0o077)
    return settle(asyncio.run(until_stopped(_run(options), _say_stopped)))


def _say_stopped() -> None:
    talkback.end_progress()
    complain("stopped before the witness was complete", "Nothing of it was kept; run it again.")


async def _run(options: argparse.Namespace) -> int:
    from drill_tui.postgres.archive.witness_file import write
    from drill_tui.postgres.client.connect import ConnectError, DatabaseError
    from drill_tui.postgres.client.errors import BackupBadError, RestoreError, RestoreUsageError
    from drill_tui.postgres.client.source import SourceError, resolve
    from drill_tui.postgres.client.spawn import clean
    from drill_tui.postgres.witness.take import Request, take

    request = Request(
        databases=tuple(options.database),
        depth=options.digest,
        jobs=options.jobs,
        way=options.way,
        slot_timeout_s=options.slot_timeout or SLOT_TIMEOUT_S,
        say=_say,
        report=_report,
    )
    secrets: list[str] = []
    try:
        source = resolve(os.environ)
        secrets.append(source.password or "")
        witness = await take(request, source)
        path = await asyncio.to_thread(write, witness, options.folder)
    except RestoreError as error:
        talkback.end_progress()
        complain(str(error), error.advice)
        if isinstance(error, RestoreUsageError):
            return Exit.USAGE
        return Exit.FAILED if isinstance(error, BackupBadError) else Exit.ERROR
    except (SourceError, ConnectError) as error:
        complain(str(error))
        return Exit.ERROR
    except DatabaseError as error:
        talkback.end_progress()
        words = clean(" ".join(str(error).split()), secrets)
        complain(f"the server ended the witness: {words}", "See the server's log, then take it again.")
        return Exit.ERROR
    except OSError as error:
        complain(
            f"{error.filename or options.folder}: {error.strerror or error}", "Mend this, then run it again."
        )
        return Exit.ERROR
    _conclude(witness, path)
    return Exit.PASSED


def _conclude(witness: Witness, path: Path) -> None:
    talkback.end_progress()
    talkback.output("witness", str(path))
    for found in witness.databases:
        for sentence in found.coverage:
            _say(f"Not vouched for in {found.database.name}: {sentence}")
    _say(str(path))


def _list(folder: Path) -> int:
    from drill_tui.postgres.archive.witness_file import listed, read
    from drill_tui.postgres.client.errors import BackupBadError

    bad = False
    for path in listed(folder):
        try:
            found = read(path)
        except BackupBadError as error:
            bad = True
            complain(str(error), error.advice)
            continue
        names = ", ".join(f"{one.database.name}{_where(one)}" for one in found.databases)
        _say(f"{path}  {found.way}  {names}")
    return Exit.FAILED if bad else Exit.PASSED


def _where(found: DatabaseWitness) -> str:
    if found.snapshot is not None:
        return f" from {found.snapshot.begins} to {found.snapshot.ends}"
    return f" at {found.lsn}" if found.lsn else ""


def _prune(folder: Path, keep: timedelta) -> int:
    from drill_tui.postgres.archive.witness_file import listed, prune

    try:
        gone = prune(folder, keep)
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}", code=Exit.ERROR) from None
    for path in gone:
        _say(f"removed {path}")
    _say(f"{len(listed(folder))} left in {folder}")
    return Exit.PASSED


def _say(line: str) -> None:
    talkback.end_progress()
    print(line, flush=True)  # noqa: T201 - this is the command's voice


def _report(label: str, done: int, total: int) -> None:
    talkback.progress(label, done, total, "bytes")


def _cut(arguments: list[str]) -> tuple[list[str], list[str] | None]:
    """Our own arguments, and the command behind `--`; None where there is no `--`."""
    if "--" not in arguments:
        return arguments, None
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _parse(arguments: Sequence[str], *, of_command: bool) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="drill-tui witness",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("command", nargs="?", choices=("take", "list", "prune"), default="take")
    parser.add_argument(
        "--output",
        dest="folder",
        type=Path,
        default=Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER),
        metavar="DIR",
        help=f"where witnesses are kept (default ${FOLDER_VARIABLE}, else {DEFAULT_FOLDER})",
    )
    parser.add_argument(
        "--database", action="append", default=[], metavar="NAME", help="only this one; may be repeated"
    )
    parser.add_argument(
        "--jobs", type=_jobs, default=0, metavar="N", help="parallel connections (default 0: one per core)"
    )
    parser.add_argument(
        "--digest",
        choices=("full", "counts"),
        default="full",
        help="digest every row (default), or only count them",
    )
    parser.add_argument(
        "--way",
        choices=("auto", "slot", "snapshot"),
        default="auto",
        help="how the point is had on a primary: auto is slot where wal_level is logical, else snapshot",
    )
    parser.add_argument(
        "--slot-timeout",
        type=_seconds,
        metavar="SECONDS",
        help="give up when transactions that write keep the slot waiting for so long (default 60)",
    )
    parser.add_argument(
        "--keep",
        type=_age,
        default=timedelta(days=90),
        metavar="AGE",
        help="for prune: 36h, 90d (default), 12w",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="with a command behind `--`: where its witness goes, FILE.witness.json; needed where the dump "
        "goes to standard output",
    )
    options = parser.parse_args(arguments)
    if of_command and (options.command != "take" or options.database or options.slot_timeout is not None):
        parser.error("only --out, --digest and --jobs go with a command behind --")
    if options.out is not None and not of_command:
        parser.error("--out goes with a command: drill-tui witness --out FILE -- pg_dump …")
    if options.out is not None and not options.out.name.endswith(WITNESS_SUFFIX):
        parser.error(
            f"--out {str(options.out)!r} is the witness's own file: name it as the dump, with "
            f"{WITNESS_SUFFIX} behind it, such as {options.out}{WITNESS_SUFFIX}"
        )
    return options


def _jobs(text: str) -> int:
    if not text.isdigit() or int(text) > 256:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of jobs from 0 to 256")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d+)?", text) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return float(text)


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no age such as 36h, 90d or 12w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


if __name__ == "__main__":
    sys.exit(main())
