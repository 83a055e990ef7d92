"""The backups of a place in a store: which are proven.  Nothing of them is fetched but their first bytes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from drill_tui.programme.backup_proof import proof_of
from drill_tui.programme.backups import BackupRow, Backups
from drill_tui.programme.shelf import PastDrill
from drill_tui.remote.choose import every
from drill_tui.remote.store import Store


def read_store(url: str, drills: Iterable[PastDrill]) -> Backups:
    """Every complete backup directly below the place.  Raises ActionError."""
    store = Store(url)
    used = [drill for drill in drills if drill.backup]
    passed_over: list[str] = []
    rows = []
    with TemporaryDirectory(prefix="drill-heads-") as heads:
        for found in every(store, Path(heads), passed_over.append):
            proof = proof_of(found.candidate, used, found.url)
            rows.append(
                BackupRow(
                    name=found.name,
                    path=found.url,
                    kind=found.candidate.kind,
                    at=found.candidate.at,
                    size_bytes=found.size,
                    proven_by=proof.proven_by,
                    doubt=proof.doubt,
                )
            )
    rows.sort(key=lambda row: row.at, reverse=True)
    return Backups(directory=store.url, backups=tuple(rows), passed_over=tuple(sorted(passed_over)))
