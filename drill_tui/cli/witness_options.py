"""The options of `drill-tui witness`."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from drill_tui.cli.arguments import jobs
from drill_tui.postgres.archive.manifest import WITNESS_SUFFIX

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
pg_dump's own arguments and PG* variables name.  With it go --out, --digest, --share, --large and --jobs."""
EPILOG = """\
exit codes: 0 done; 1 the role does not see every row; 2 wrong usage;
            3 could not tell (no connection, no exact point, a lock …; behind `--` also: the dump is complete
            and has no witness); where pg_dump fails, its own"""
UNIT_BITS = {"kB": 10, "MB": 20, "GB": 30, "TB": 40}
UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def parse(arguments: Sequence[str], *, of_command: bool) -> argparse.Namespace:
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
        "--jobs", type=jobs, default=0, metavar="N", help="parallel connections (default 0: one per core)"
    )
    parser.add_argument(
        "--digest",
        choices=("full", "counts"),
        default="full",
        help="digest every row (default), or only count them",
    )
    parser.add_argument(
        "--share",
        type=_parts,
        default=1,
        metavar="PERCENT",
        help="of large tables digest only so many of the rows, such as 5%%; each witness takes the next part",
    )
    parser.add_argument(
        "--large",
        type=_size,
        metavar="SIZE",
        help="with --share: tables of at least this size, such as 500MB, 2GB (default 64MB)",
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
        parser.error("only --out, --digest, --share, --large and --jobs go with a command behind --")
    if options.share > 1 and options.digest == "counts":
        parser.error("--share says how many rows are digested, and --digest counts digests none")
    if options.large is not None and options.share == 1:
        parser.error("--large says which tables --share is for: name that too")
    if options.out is not None and not of_command:
        parser.error("--out goes with a command: drill-tui witness --out FILE -- pg_dump …")
    if options.out is not None and not options.out.name.endswith(WITNESS_SUFFIX):
        parser.error(
            f"--out {str(options.out)!r} is the witness's own file: name it as the dump, with "
            f"{WITNESS_SUFFIX} behind it, such as {options.out}{WITNESS_SUFFIX}"
        )
    return options


def _parts(text: str) -> int:
    """How many parts there are: as many as leave each at least the share."""
    match = re.fullmatch(r"(\d{1,2}(?:\.\d{1,3})?)%?", text)
    if match is None or not 0.1 <= float(match[1]) <= 50:
        raise argparse.ArgumentTypeError(f"{text!r} is no share from 0.1% to 50%")
    return int(100 / float(match[1]))


def _size(text: str) -> int:
    match = re.fullmatch(r"(\d{1,6})(kB|MB|GB|TB)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 500MB or 2GB")
    return int(match[1]) << UNIT_BITS[match[2]]


def _seconds(text: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d+)?", text) or float(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return float(text)


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no age such as 36h, 90d or 12w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
