"""`scripts/verify.sh`: prove that a restored database is what was backed up."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.arguments import jobs
from drill_tui.cli.exits import Exit, complain
from drill_tui.cli.stopping import until_stopped
from drill_tui.cli.streams import make_lasting, settle
from drill_tui.kinds import KindError
from drill_tui.postgres.client import talkback

if TYPE_CHECKING:
    from drill_tui.postgres.verify.added import AddedCheck
    from drill_tui.postgres.verify.reference import Band, Reference
    from drill_tui.postgres.verify.report import VerifyReport

DESCRIPTION = """\
Verify the restored database that the environment names: DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD;
else DATABASE_URL; else libpq's own PG* variables.  At localhost:15432, the server of compose.restore.yml,
DB_USER and DB_PASSWORD are known and need not be named.  It is compared with the backup that
scripts/restore.sh remembered in the cluster, or with the one named by --backup."""
EPILOG = """\
exit codes: 0 every criterion met; 1 something missed; 2 wrong usage;
            3 could not tell (no connection, the server was lost, the source itself …);
            6 nothing missed, but something unproven"""
CRITERIA = ("required_tables", "data_integrity", "foreign_keys", "indexes", "schema")
MARKS = {"met": "✓ met", "missed": "✗ missed", "unproven": "? unproven"}
CODES = {"met": Exit.PASSED, "missed": Exit.FAILED, "unproven": Exit.UNPROVEN}
PLAIN_WIDTH = 80
"""Columns where the output is not a terminal, such as the step's log."""
INDENT = 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit code."""
    make_lasting()
    options = _parse(arguments)
    try:
        added = _added(options.also)
    except KindError as error:
        complain(str(error))
        return Exit.USAGE
    criteria = (*CRITERIA, *(check.criterion for check in added))
    return settle(asyncio.run(until_stopped(_run(options, added, criteria), lambda: _say_stopped(criteria))))


def _added(names: Sequence[str]) -> tuple[AddedCheck, ...]:
    """Raises KindError."""
    if not names:
        return ()
    from drill_tui.postgres.verify.added import checks_named

    return checks_named(names, CRITERIA)


def _say_stopped(criteria: Sequence[str]) -> None:
    talkback.end_progress()
    for criterion in criteria:
        talkback.evidence(criterion, "unproven", "It was stopped before everything was verified.")
    complain("stopped before everything was verified", "Nothing is proven; run it again.")


async def _run(options: argparse.Namespace, added: tuple[AddedCheck, ...], criteria: Sequence[str]) -> int:
    from drill_tui.postgres.client.connect import ConnectError
    from drill_tui.postgres.client.errors import BackupBadError, RestoreError
    from drill_tui.postgres.client.known_target import with_known_target
    from drill_tui.postgres.client.source import SourceError
    from drill_tui.postgres.verify.options import Options
    from drill_tui.postgres.verify.run import verify

    try:
        reference, no_reference = _reference(options)
    except RestoreError as error:
        complain(str(error), error.advice)
        return Exit.ERROR
    request = Options(
        environment=with_known_target(os.environ),
        backup=options.backup.resolve() if options.backup else None,
        required_tables=tuple(options.required_tables.split(",")) if options.required_tables else (),
        jobs=options.jobs,
        depth=options.depth,
        reference=reference,
        no_reference=no_reference,
        added=added,
    )
    try:
        report = await verify(request, _Progress().tell)
    except (ConnectError, RestoreError, SourceError) as error:
        for criterion in criteria:
            talkback.evidence(criterion, "unproven", str(error))
        talkback.end_progress()
        complain(str(error), getattr(error, "advice", ""))
        return Exit.FAILED if isinstance(error, BackupBadError) else Exit.ERROR
    return _conclude(report)


def _reference(options: argparse.Namespace) -> tuple[Reference | None, str]:
    """The ground to be held to, or why there is none; neither where none is asked for.

    Raises CouldNotTellError for a source's catalog that cannot be read.
    """
    if options.growth is None:
        return None, ""
    if options.source_catalog:
        from drill_tui.postgres.verify.source_catalog import source_reference

        return source_reference(Path(options.source_catalog), options.growth), ""
    if options.backup is None:
        return None, "an earlier drill is compared with only where --backup names the backup"
    from drill_tui.programme.reference import last_reference

    run_id = os.environ.get("DRILL_RUN_ID", "")
    return last_reference(_artifacts_dir(), run_id, options.backup.resolve(), options.growth)


def _conclude(report: VerifyReport) -> int:
    from drill_tui.postgres.verify.artifact import write_report

    talkback.end_progress()
    for criterion in report.criteria:
        talkback.evidence(criterion.id, criterion.result, criterion.detail, criterion.coverage)
    say(report)
    try:
        path = write_report(report, _artifacts_dir())
    except OSError as error:
        complain(
            f"the report could not be written: {error.filename or ''}: {error.strerror}",
            "Make room, or set DRILL_ARTIFACTS_DIR to a folder that you may write to.",
        )
        return Exit.ERROR
    talkback.output("verify_report", str(path))
    print(f"Report: {path}")  # noqa: T201 - this is the script's voice
    if report.error is not None:
        complain(report.error, "Nothing is proven; look at the server's log, then run it again.")
        return Exit.ERROR
    return CODES[report.result]


def say(report: VerifyReport) -> None:
    """One criterion below the other: as columns their sentences would not fit 80 characters."""
    from rich.console import Console
    from rich.text import Text

    target, backup = report.target, report.backup
    against = backup.backup_id or backup.path or "no backup"
    if report.reference:
        ground = "the source's catalog" if report.reference == "source" else f"the drill {report.reference}"
        against = f"{against} and {ground}"
    taken = f", snapshot of {backup.snapshot_at:%Y-%m-%d %H:%M:%S} UTC" if backup.snapshot_at else ""
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    where = f"{target.database} on {target.host}:{target.port}"
    console.print(Text(f"{where}, PostgreSQL {target.server_version}\nagainst {against}{taken}"))
    colours = {"met": "green", "missed": "bold red", "unproven": "yellow"}
    for found in report.criteria:
        head = Text(f"{MARKS[found.result]:<{INDENT}}", style=colours[found.result])
        console.print(head.append(found.title, "bold"))
        for text, style in ((found.detail, ""), (found.coverage, "dim")):
            for line in Text(text, style).wrap(console, max(20, console.width - INDENT)) if text else ():
                line.rstrip()
                console.print(Text(" " * INDENT).append(line), soft_wrap=True)
    console.print(Text(f"{MARKS[report.result]} in {report.duration_s:.1f} s"))


class _Progress:
    """Bytes done so far, with a time left from the pace until now."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def tell(self, done: int, total: int) -> None:
        spent = time.monotonic() - self._started
        eta_s = spent * (total - done) / done if done else None
        talkback.progress("verify", done, total, "bytes", eta_s)


def _artifacts_dir() -> Path:
    named = os.environ.get("DRILL_ARTIFACTS_DIR")
    if named:
        return Path(named)
    from drill_tui.cli.places import find_places

    return find_places().artifacts_dir


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="verify.sh",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--backup", type=Path, metavar="PATH", help="the backup to compare with")
    parser.add_argument(
        "--required-tables",
        default="",
        metavar="LIST",
        help="comma-separated tables (schema.name) that must exist whatever the backup says",
    )
    parser.add_argument(
        "--jobs", type=jobs, default=0, metavar="N", help="parallel connections (default 0: one per core)"
    )
    parser.add_argument(
        "--depth",
        choices=("full", "counts"),
        default="full",
        help="compare contents (full, default), or only count rows, which proves less",
    )
    parser.add_argument(
        "--growth",
        type=_band,
        metavar="LOW..HIGH",
        help="without manifest and witness: compare with the last drill that passed, whose tables may have "
        "shrunk and grown by these factors, such as 0.9..1.5",
    )
    parser.add_argument(
        "--source-catalog",
        default="",
        metavar="FILE",
        help="with --growth: compare with what the action source.catalog read from the source instead",
    )
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="NAME",
        help="a check that an installed package adds, with a criterion of its own; may be repeated",
    )
    options = parser.parse_args(arguments)
    if options.source_catalog and options.growth is None:
        parser.error("--source-catalog needs --growth: by which factors tables may have changed since")
    return options


def _band(text: str) -> Band | None:
    """Empty asks for no comparison, which is what the runbook's parameter says by default."""
    from drill_tui.postgres.verify.reference import Band

    try:
        return Band.parse(text) if text.strip() else None
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
