"""Removing old evidence on purpose: never what a drill is judged by today, and never without a record."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from drill_tui.engine.record.journal import JournalError
from drill_tui.engine.record.left_files import file_sha256
from drill_tui.engine.record.vocabulary import JOURNAL_NAME, CleanupResult
from drill_tui.engine.text.os_words import os_words
from drill_tui.evidence.chain import Link, chain, links_of
from drill_tui.evidence.signing import signature_path
from drill_tui.evidence.tombstone import Tombstone, read_tombstones, write_tombstone
from drill_tui.programme.incident_store import incidents_of
from drill_tui.programme.shelf import PastDrill, Shelf, read_shelf
from drill_tui.sinks.evidence import report_of_run
from drill_tui.verdict.fold import EmptyRunError
from drill_tui.verdict.report import Report

OF_A_RUN: Final = frozenset({"logs", "steps", "private"})
"""Folders of a run that go with it; any other, such as a backup that was kept, holds it back."""


@dataclass(frozen=True, slots=True)
class Fate:
    """A drill that is old enough to go, and why it stays; empty if it goes."""

    drill: PastDrill
    stays: str


class PruneError(Exception):
    """Evidence that must not be pruned now: why, and what to do."""


def planned(artifacts_dir: Path, before: float) -> list[Fate]:
    """What drills that started before `before` (seconds since the epoch) come to.

    Raises PruneError where the chain is broken already: a record would hide what is missing.
    """
    broken = [found for found in chain(artifacts_dir) if found.sound is False]
    if broken:
        raise PruneError(f"the chain does not hold: {broken[0].subject}: {broken[0].says}")
    shelf = read_shelf(artifacts_dir)
    needed = _needed(shelf, artifacts_dir)
    old = [drill for drill in shelf.drills if drill.at < before]
    return [Fate(drill, needed.get(drill.run_id) or _held(drill)) for drill in old]


def prune(fates: list[Fate], artifacts_dir: Path, by: str, reason: str) -> Iterator[tuple[str, str]]:
    """Each run that went, and the problem where it did not; the record is there before anything goes."""
    links = links_of(artifacts_dir)
    for fate in fates:
        if fate.stays:
            continue
        drill = fate.drill
        try:
            report = report_of_run(drill.run_dir)
            write_tombstone(_tombstone(report, links, by, reason), artifacts_dir)
            _remove(drill, report)
        except (OSError, JournalError, EmptyRunError) as error:
            yield drill.run_id, os_words(error)
        else:
            yield drill.run_id, ""


def _needed(shelf: Shelf, artifacts_dir: Path) -> dict[str, str]:
    """Runs that something of today rests on."""
    needed: dict[str, str] = {}
    if shelf.drills:
        needed[shelf.drills[-1].run_id] = "the newest drill, which the next one follows"
    for drill in shelf.drills:
        if drill.passed:
            latest = _last_like(drill, shelf)
            needed.setdefault(latest.run_id, "the last one of its kind that passed: `due` is judged by it")
    incidents = incidents_of(artifacts_dir).read()
    if incidents.broken:
        raise PruneError(f"an incident cannot be read, and may be an open one: {incidents.broken[0]}")
    for incident in incidents.sound:
        if incident.freezes:
            needed[incident.run_id] = f"{incident.id} is open"
    return needed


def _last_like(drill: PastDrill, shelf: Shelf) -> PastDrill:
    alike = (d for d in shelf.drills if d.passed and (d.runbook, d.mode) == (drill.runbook, drill.mode))
    return [d for d in alike if not d.database.is_another(drill.database)][-1]


def _held(drill: PastDrill) -> str:
    if not (drill.run_dir / JOURNAL_NAME).is_file():
        return "its journal is not here"
    others = [p.name for p in drill.run_dir.iterdir() if p.is_dir() and p.name not in OF_A_RUN]
    if others:
        return f"its folder holds {', '.join(sorted(others))}, which is no evidence; remove it first"
    try:
        report = report_of_run(drill.run_dir)
    except (OSError, JournalError, EmptyRunError) as error:
        return os_words(error)
    if report.cleanup is not CleanupResult.CLEAN or report.files is None:
        return f"it left something behind; `drill-tui clean {drill.run_id}` first"
    return ""


def _tombstone(report: Report, links: Mapping[str, Link], by: str, reason: str) -> Tombstone:
    link = links[report.run_id]
    followers: list[Link | Tombstone] = [*links.values(), *read_tombstones(link.path.parents[1])[0].values()]
    known = {named for other in followers for named in other.follows if named.run == report.run_id}
    return Tombstone(
        run=report.run_id,
        runbook=report.runbook.id,
        started_at=report.timestamp,
        verdict=report.verdict,
        pruned_at=datetime.now(UTC).isoformat(timespec="seconds"),
        by=by,
        reason=reason,
        journal_sha256=file_sha256(link.path),
        journal_size_bytes=link.path.stat().st_size,
        known_as=tuple(sorted(known, key=lambda named: named.size_bytes)),
        follows=link.follows,
    )


def _remove(drill: PastDrill, report: Report) -> None:
    """The journal goes last: a prune that was cut off is told by it, and done again."""
    beside = [drill.run_dir.parent / Path(f.path).name for f in report.files or () if f.path[:3] == "../"]
    for path in (drill.path, signature_path(drill.path), *beside):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    shutil.rmtree(drill.run_dir)
