"""Evidence of one database, carried between the host that drills it and the one place of the fleet.

Before a drill a host takes what other hosts left, so that splits, incidents and the chain of drills go on
where they were; after it, the host leaves what it has.  A file that is already there and not older stays, and
incidents that were changed in both places are joined.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from drill_tui.engine.record.lock import is_driven
from drill_tui.engine.record.vocabulary import JOURNAL_NAME
from drill_tui.fleet.keeper import PLAIN_FOLDER, Keeper, copy_newer
from drill_tui.fleet.ledger import FOLDER
from drill_tui.programme.incident import IncidentError, joined
from drill_tui.programme.incident_store import FILES, IncidentStore, read_incident
from drill_tui.programme.shelf import read_shelf

LOG_NAME: Final = "worker.log"
"""What the last drill printed, for the worker alone: the run's own logs are evidence."""
RUN_PARTS: Final = ("logs",)
"""Of the folders within a run, those that are evidence: a backup that was kept is not."""
INCIDENTS: Final = "incidents"
ASIDE: Final = "lost"
"""Runs that passed after the fleet had given them up: kept, and no proof."""


def take(evidence: Path, work: Path) -> None:
    """What a drill builds upon: reports, incidents, journals.  Raises OSError."""
    for file in (*_files(evidence), *_files(evidence / INCIDENTS), *evidence.glob(f"*/{JOURNAL_NAME}")):
        copy_newer(file, work / file.relative_to(evidence))


def leave(work: Path, evidence: Path, by: Keeper = PLAIN_FOLDER) -> None:
    """Everything that is evidence; reports last, so that none is there without its run.  Raises OSError."""
    _join_incidents(work / INCIDENTS, evidence / INCIDENTS)
    by.keep((file, evidence / file.relative_to(work)) for file in _to_leave(work))


def _join_incidents(ours: Path, theirs: Path) -> None:
    """What somebody did about one there, while a drill went on here, stays; one that cannot be read is left.

    The joint one is newer than what it came from, also where this host's clock is behind another's.
    """
    for mine in ours.glob(FILES):
        home = theirs / mine.name
        if not home.is_file() or home.read_bytes() == mine.read_bytes():
            continue
        with suppress(IncidentError):
            IncidentStore(ours).save(joined(read_incident(mine), read_incident(home)))
            newer_ns = max(mine.stat().st_mtime_ns, home.stat().st_mtime_ns + 1)
            for file in (mine, mine.with_suffix(".md")):
                os.utime(file, ns=(newer_ns, newer_ns))


def _to_leave(work: Path) -> Iterator[Path]:
    for run in (*work.glob(f"*/{JOURNAL_NAME}"), *work.glob(f"{ASIDE}/*/{JOURNAL_NAME}")):
        if is_driven(run.parent):
            continue
        for part in (run.parent, *(run.parent / name for name in RUN_PARTS)):
            yield from _files(part)
    yield from _files(work / INCIDENTS)
    yield from _files(work)


def set_aside(work: Path, run_id: str) -> None:
    """Put a run where no history looks for it, with its report.  Raises OSError."""
    place = work / ASIDE / run_id
    for drill in read_shelf(work).drills:
        if drill.run_id == run_id:
            place.parent.mkdir(exist_ok=True)
            (work / run_id).replace(place)
            drill.path.replace(place / drill.path.name)


def _files(folder: Path) -> Iterator[Path]:
    """Plain files of a folder that are not drafts, locks or sockets."""
    if folder.is_dir() and folder.name != FOLDER:
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.is_symlink() and _is_evidence(path):
                yield path


def _is_evidence(file: Path) -> bool:
    return not file.name.startswith(".") and file.suffix != ".lock" and file.name != LOG_NAME
