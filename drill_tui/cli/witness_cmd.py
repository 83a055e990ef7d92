"""`drill-tui witness`: record what a backup made around now must contain."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from drill_tui.cli.exits import Exit, UserError, answered, complain
from drill_tui.cli.settings import adopt_source_here
from drill_tui.cli.stopping import until_stopped
from drill_tui.cli.streams import make_lasting, settle
from drill_tui.cli.witness_options import parse
from drill_tui.postgres.client import talkback

if TYPE_CHECKING:
    from drill_tui.postgres.archive.witness import DatabaseWitness, Witness
    from drill_tui.postgres.content.sampling import Share

SLOT_TIMEOUT_S = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and return the exit code."""
    make_lasting()
    ours, command = _cut(sys.argv[1:] if arguments is None else list(arguments))
    options = parse(ours, of_command=command is not None)
    if command is not None:
        from drill_tui.cli.witness_dump import DumpOptions, run_dump

        asked = DumpOptions(
            witness=options.out, depth=options.digest, jobs=options.jobs, share=_share(options)
        )
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
    from drill_tui.postgres.witness.request import Request
    from drill_tui.postgres.witness.rotation import in_folder
    from drill_tui.postgres.witness.take import take

    share = _share(options)
    request = Request(
        databases=tuple(options.database),
        depth=options.digest,
        share=share,
        earlier=tuple(in_folder(options.folder)) if share.of > 1 else (),
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


def _share(options: argparse.Namespace) -> Share:
    from drill_tui.postgres.content.sampling import LARGE_BYTES, Share

    return Share(of=options.share, large_bytes=options.large or LARGE_BYTES)


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
        names = ", ".join(f"{one.database.name}{_where(one)}{_part(one)}" for one in found.databases)
        _say(f"{path}  {found.way}  {names}")
    return Exit.FAILED if bad else Exit.PASSED


def _part(found: DatabaseWitness) -> str:
    share = found.share
    return f" (part {share.part + 1} of {share.of} of the large tables)" if share is not None else ""


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


if __name__ == "__main__":
    sys.exit(main())
