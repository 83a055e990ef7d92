"""The position in the WAL that separates what a snapshot sees from what it does not see."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive.witness import Seen, lsn_number
from drill_tui.postgres.client import spawn
from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.physical.segments import SEGMENT, name_of, timeline_of

COMMIT: Final = re.compile(
    r"^rmgr: Transaction .*\btx: +(\d+), lsn: ([0-9A-F]+/[0-9A-F]+), .*\bdesc: COMMIT(?:_PREPARED (\d+):)?"
)
"""A line of pg_waldump; a prepared transaction is committed by a record of another one (xactdesc.c)."""
TAKE_ANOTHER: Final = "no position of the WAL holds just what the witness saw; take another one"


class InseparableError(Exception):
    """There is no such position; the text says why."""


@dataclass(frozen=True, slots=True)
class Commit:
    xid: int
    lsn: str


def commits_in(lines: Iterable[str]) -> list[Commit]:
    """Every commit that pg_waldump names, in the order of the WAL."""
    found = [COMMIT.match(line) for line in lines]
    return [Commit(int(match[3] or match[1]), match[2]) for match in found if match]


def separating(seen: Seen, commits: Iterable[Commit]) -> str:
    """The first commit that the snapshot does not see; where it sees them all, the end of the stretch.

    Raises InseparableError where one that it sees comes later.
    """
    first = ""
    for commit in commits:
        if not seen.sees(commit.xid):
            first = first or commit.lsn
        elif first:
            raise InseparableError(
                f"transaction {commit.xid}, which it sees, was committed behind one that it does not see: "
                f"{TAKE_ANOTHER}"
            )
    return first or seen.ends


async def position_of(seen: Seen, wal_dir: Path, bin_dir: Path) -> str:
    """Read the stretch of WAL in which the snapshot was taken.  Raises InseparableError, ActionError.

    From the beginning of its first segment on: pg_waldump finds no record where it may read only a few bytes.
    """
    if seen.begins == seen.ends:
        return seen.ends
    segment = _segment_with(seen.begins, wal_dir)
    argv = [
        str(bin_dir / "pg_waldump"),
        "--rmgr=Transaction",
        f"--path={wal_dir}",
        f"--end={seen.ends}",
        segment,
    ]
    try:
        done = await spawn.run(argv, env={"PATH": os.defpath, "LC_ALL": "C"})
    except OSError as error:
        raise ActionError(f"{argv[0]} cannot be run: {error.strerror}; install the complete server") from None
    if done.exit_code != 0:
        raise ActionError(f"the WAL around the witness cannot be read: {done.last_words}")
    return separating(seen, commits_in(done.stdout.decode(errors="replace").splitlines()))


def _segment_with(lsn: str, wal_dir: Path) -> str:
    """The newest timeline's file that holds a position, whatever the size of segments is."""
    names = sorted(path.name for path in wal_dir.iterdir() if SEGMENT.fullmatch(path.name))
    for name in reversed(names):
        size_bytes = (wal_dir / name).stat().st_size
        if size_bytes and name == name_of(timeline_of(name), lsn_number(lsn) // size_bytes, size_bytes):
            return name
    raise ActionError(f"the WAL holds nothing of {lsn}, where the witness was taken")


async def committed_of(env: Mapping[str, str], seen: Seen) -> str:
    """On the copy that stands there: which transaction is in it that the witness did not see; empty if none.

    Its commit can be in the WAL long before, while it waits for a synchronous standby.  Raises ActionError.
    """
    try:
        async with await open_connection(resolve(env)) as connection:
            values = {"in_progress": list(seen.in_progress), "xmax": seen.xmax}
            rows = await connection.execute(query("physical/committed"), values)
            found = [str(xid) for (xid,) in await rows.fetchall()]
    except (ConnectError, psycopg.Error) as error:
        raise ActionError(f"the copy does not answer: {error}") from None
    if not found:
        return ""
    return f"transaction {', '.join(found)}, which it did not see, is in the WAL before it: {TAKE_ANOTHER}"
