"""What Barman keeps of a server, read from its own files: a `backup.info` for each backup, and the WAL.

Not asked of the program: `show-server` and `diagnose` connect to production, `get-wal` unpacks beside the
archive, and one `show-backup` for each backup takes longer than to read them all.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive.witness import lsn_number
from drill_tui.postgres.physical.segments import SEGMENT
from drill_tui.sources.barman_config import Server
from drill_tui.sources.packed import FIRST_BYTES
from drill_tui.sources.port import Backup, BackupFaultError
from drill_tui.sources.wal import HISTORY

COPIED: Final = frozenset({"DONE", "WAITING_FOR_WALS"})
"""States of a backup whose files are all there."""
MANIFEST: Final = "backup_manifest"
FOLDER_OF_WAL: Final = re.compile(r"[0-9A-F]{16}")
SIZE_OF_SEGMENT: Final = slice(32, 36)
"""`xlp_seg_size` in the long header of a segment's first page."""
END_LSN: Final = re.compile(r'"End-LSN": "([0-9A-F]+/[0-9A-F]+)"')
TAIL_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A backup as its `backup.info` tells it."""

    label: str
    file: Path
    home: Path
    """The folder with its data, and one folder for each tablespace."""
    told: Mapping[str, str]

    def text(self, name: str) -> str:
        """Empty where Barman wrote None."""
        found = self.told.get(name, "")
        return "" if found == "None" else found

    @property
    def state(self) -> str:
        return self.text("status")

    @property
    def manifest(self) -> Path | None:
        path = self.home / "data" / MANIFEST
        return path if path.is_file() else None

    def manifest_ends(self) -> list[int]:
        """Where its WAL ends; none in a manifest of Barman's own making.  Raises OSError."""
        if self.manifest is None:
            return []
        with self.manifest.open("rb") as file:
            file.seek(max(0, self.manifest.stat().st_size - TAIL_BYTES))
            return [lsn_number(end) for end in END_LSN.findall(file.read().decode("utf-8", "replace"))]

    @property
    def is_packed(self) -> bool:
        return bool(self.text("compression"))

    @property
    def parent(self) -> str:
        return self.text("parent_backup_id")

    @property
    def tablespaces(self) -> list[tuple[str, int]]:
        """Name and oid of each."""
        found = ast.literal_eval(self.text("tablespaces") or "[]")
        return [(str(name), int(oid)) for name, oid, _ in found]


def entries_of(server: Server) -> list[Entry]:
    """Every backup that Barman knows, whatever its state, by its label.  Raises ActionError."""
    found = {path.parent.name: path for path in server.bases.glob("*/backup.info")}
    found |= {path.name.removesuffix("-backup.info"): path for path in server.meta.glob("*-backup.info")}
    try:
        list(server.bases.iterdir())
        return [
            Entry(label=label, file=file, home=server.bases / label, told=_fields(file.read_text()))
            for label, file in sorted(found.items())
        ]
    except OSError as problem:
        raise ActionError(
            f"{problem.filename} cannot be read: {problem.strerror}. The drill needs to read the backups, "
            "and nothing more; as root, -p account=… names who may"
        ) from None


def _fields(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def chain_of(entry: Entry, entries: list[Entry]) -> list[Entry] | None:
    """What it stands on and itself, the full backup first; None where a part is gone."""
    chain = [entry]
    while chain[0].parent:
        before = next((one for one in entries if one.label == chain[0].parent), None)
        if before is None or before in chain:
            return None
        chain.insert(0, before)
    return chain


def describe(entry: Entry, entries: list[Entry], wals: Path) -> Backup:
    """Raises BackupFaultError for a `backup.info` that is none."""
    try:
        chain = chain_of(entry, entries)
        problem = "Barman still waits for WAL that it needs" if entry.state != "DONE" else ""
        return Backup(
            label=entry.label,
            kind="incremental" if entry.parent else "full",
            started_at=_moment(entry.text("begin_time")),
            stopped_at=_moment(entry.text("end_time")),
            start_lsn=lsn_number(entry.text("begin_xlog")),
            stop_lsn=_stop(entry),
            timeline=int(entry.text("timeline")),
            size_bytes=_size(entry),
            server_major=int(entry.text("version")) // 10000,
            system_identifier=entry.text("systemid"),
            chain=tuple(part.label for part in chain or [entry]),
            problem=problem if chain else "what it is an increment of is not here",
            archive=str(wals),
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BackupFaultError(f"{entry.file} tells of no whole backup: {problem}") from None


def _stop(entry: Entry) -> int:
    """Where a copy is consistent: as the manifest's end has it, for Barman gives the end of a segment.

    At such an end nothing behind it is needed, so that the last byte before it is meant.
    """
    if ends := entry.manifest_ends():
        return max(ends)
    stop = lsn_number(entry.text("end_xlog"))
    return stop - 1 if stop % int(entry.text("xlog_segment_size") or 1) == 0 else stop


def _size(entry: Entry) -> int:
    """Of the restored data directory; `size` is what the backup takes, which may be packed."""
    if entry.is_packed and entry.manifest is not None:
        return sum(file["Size"] for file in json.loads(entry.manifest.read_text())["Files"])
    return int(entry.text("cluster_size") or entry.text("size") or 0)


def _moment(text: str) -> datetime | None:
    """A time without a zone is this machine's, as Barman reads it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.astimezone()


def wal_of(server: Server) -> dict[str, Path]:
    """The WAL by name: archived, or come and waiting for that, which `barman recover` does first.

    Segments lie in folders of their first 16 digits, histories beside those.  Raises ActionError.
    """
    try:
        found = waiting_of(server)
        for path in server.wals.iterdir():
            if FOLDER_OF_WAL.fullmatch(path.name):
                found |= {one.name: one for one in path.iterdir() if SEGMENT.fullmatch(one.name)}
            elif HISTORY.fullmatch(path.name):
                found[path.name] = path
    except OSError as problem:
        raise ActionError(f"{problem.filename} cannot be read: {problem.strerror}") from None
    return found


def waiting_of(server: Server) -> dict[str, Path]:
    """WAL that came whole, and that Barman has not archived yet.  Raises OSError."""
    places = [place for place in (server.streaming, server.incoming) if place.is_dir()]
    return {path.name: path for place in places for path in place.iterdir() if _is_whole(path)}


def _is_whole(path: Path) -> bool:
    """Whether a copy of it is over: a segment names its size on its first page (xlog_internal.h)."""
    if not SEGMENT.fullmatch(path.name):
        return HISTORY.fullmatch(path.name) is not None
    with path.open("rb") as file:
        head = file.read(SIZE_OF_SEGMENT.stop)
    is_packed = head.startswith(tuple(FIRST_BYTES))
    return is_packed or path.stat().st_size == int.from_bytes(head[SIZE_OF_SEGMENT], sys.byteorder)
