"""Which part of the large tables comes next: after as many witnesses as there are parts, each was taken."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from drill_tui.postgres.archive.manifest import WITNESS_SUFFIX, ServerInfo
from drill_tui.postgres.archive.witness_file import listed, read
from drill_tui.postgres.client.errors import BackupBadError


def next_parts(
    earlier: Iterable[Path], of: int, server: ServerInfo, databases: Sequence[str]
) -> dict[str, int]:
    """For each database the part after that of its newest witness; 0 where it has none.

    `earlier` names witnesses, the newest first.  One that cannot be read, or was changed, is passed over.
    """
    found: dict[str, int] = {}
    for path in earlier if of > 1 else ():
        if len(found) == len(databases):
            break
        try:
            witness = read(path)
        except (BackupBadError, OSError):
            continue
        if _identity(witness.server) != _identity(server):
            continue
        for one in witness.databases:
            if one.share is not None and one.share.of == of and one.database.name in databases:
                found.setdefault(one.database.name, (one.share.part + 1) % of)
    return {name: found.get(name, 0) for name in databases}


def in_folder(folder: Path) -> list[Path]:
    """Witnesses that `drill-tui witness` left there, the newest first."""
    return listed(folder)[::-1]


def beside_dumps(place: Path) -> list[Path]:
    """Witnesses of dumps in the folder of the one at `place`, the newest first."""
    try:
        with os.scandir(place.parent) as entries:
            ages = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if _is_witness(entry.name)]
    except OSError:
        return []
    return [Path(path) for _, path in sorted(ages, reverse=True)]


def _is_witness(name: str) -> bool:
    return name.endswith(WITNESS_SUFFIX)


def _identity(server: ServerInfo) -> str:
    return server.system_identifier or f"{server.host}:{server.port}"
