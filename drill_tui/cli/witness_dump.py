"""`drill-tui witness -- pg_dump …`: somebody's own dump, and the witness that it leaves beside its file.

Standard output belongs to the dump; whatever is said goes to standard error.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from drill_tui.cli.exits import Exit, complain
from drill_tui.cli.stopping import until_stopped
from drill_tui.postgres.client import talkback

if TYPE_CHECKING:
    from drill_tui.postgres.content.sampling import Share
    from drill_tui.postgres.witness.command import DumpCommand
    from drill_tui.postgres.witness.dump import Dumped

NOT_DUMPED = "Nothing was dumped."


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpOptions:
    witness: Path | None
    """Where it goes; None is beside the dump's file."""
    depth: Literal["full", "counts"]
    jobs: int
    share: Share


def run_dump(command: Sequence[str], options: DumpOptions) -> int:
    """Run, and return the exit code: pg_dump's own where that failed."""
    from drill_tui.postgres.client.errors import RestoreError
    from drill_tui.postgres.client.source import SourceError
    from drill_tui.postgres.witness.command import understand

    if not command:
        complain(
            "there is no command behind --", "Such as: drill-tui witness -- pg_dump -Fc -f shop.dump shop"
        )
        return Exit.USAGE
    try:
        understood = understand(command, os.environ)
    except RestoreError as error:
        complain(str(error), f"{error.advice} {NOT_DUMPED}".strip())
        return Exit.USAGE
    except SourceError as error:
        complain(str(error), NOT_DUMPED)
        return Exit.USAGE
    if understood.file is None and options.witness is None:
        complain(
            "the dump goes to standard output, so the witness has no file to lie beside",
            "Name one, as the dump's file with .witness.json behind it: --out shop.sql.gz.witness.json. "
            + NOT_DUMPED,
        )
        return Exit.USAGE
    return asyncio.run(until_stopped(_run(understood, options), lambda: _say_stopped(understood)))


def _say_stopped(command: DumpCommand) -> None:
    talkback.end_progress()
    complain("stopped, and pg_dump with it", _incomplete(command))


def _incomplete(command: DumpCommand, wrote: bool = True) -> str:
    if command.file is not None and not command.file.exists():
        return "Nothing was written."
    if not wrote:
        return f"Nothing was written, and what lies at {command.file} is as it was before."
    where = str(command.file) if command.file is not None else "what went to standard output"
    return f"Not complete, and without a witness: {where}"


async def _run(command: DumpCommand, options: DumpOptions) -> int:
    from drill_tui.postgres.client.connect import ConnectError, DatabaseError
    from drill_tui.postgres.client.errors import BackupBadError, RestoreError
    from drill_tui.postgres.client.spawn import clean
    from drill_tui.postgres.witness.dump import dump_with_witness
    from drill_tui.postgres.witness.running import Order

    order = Order(
        command=command,
        environment=os.environ,
        witness=options.witness,
        depth=options.depth,
        share=options.share,
        jobs=options.jobs,
        say=_say,
        report=lambda label, done, total: talkback.progress(label, done, total, "bytes"),
    )
    try:
        done = await dump_with_witness(order)
    except RestoreError as error:
        talkback.end_progress()
        complain(str(error), error.advice or NOT_DUMPED)
        return Exit.FAILED if isinstance(error, BackupBadError) else Exit.ERROR
    except ConnectError as error:
        complain(str(error), NOT_DUMPED)
        return Exit.ERROR
    except DatabaseError as error:
        words = clean(" ".join(str(error).split()), [command.source.password or ""])
        complain(f"the server gave no snapshot to share: {words}", NOT_DUMPED)
        return Exit.ERROR
    talkback.end_progress()
    return _conclude(command, done)


def _conclude(command: DumpCommand, done: Dumped) -> int:
    if done.exit_code:
        complain(f"pg_dump failed with exit code {done.exit_code}", _incomplete(command, done.wrote))
        return done.exit_code
    if done.witness is None:
        complain(done.problem, done.advice)
        return Exit.ERROR
    talkback.output("witness", str(done.witness))
    for sentence in done.coverage:
        _say(f"Not vouched for: {sentence}")
    _say(str(done.witness))
    return Exit.PASSED


def _say(line: str) -> None:
    talkback.end_progress()
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is the command's voice
