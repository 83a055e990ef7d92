"""WAL-G: asked, restored and read by itself, for it alone knows its stores, its packings and its keys.

Written after its documentation and source of August 2026; the program never ran here, see docs/physical.md.
Its list of backups knows LSNs and versions, `st cat` shows the sentinel with the tablespaces, and `st ls` the
archive.  Nothing that it keeps has a checksum, so what comes out is judged by its content.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.client.spawn import Finished
from drill_tui.postgres.physical.segments import timeline_of
from drill_tui.sources.port import Backup, BackupFaultError, Order, Room, Say, Segment
from drill_tui.sources.tool import account_of, ask, find_program, for_each

INSTALL: Final = "install WAL-G for PostgreSQL as `wal-g` (github.com/wal-g/wal-g/releases)"
WITHIN: Final = re.compile(r"[0-9A-F]{24}")
ARCHIVED: Final = re.compile(r"([0-9A-F]{24}|[0-9A-F]{8}\.history)(?:\.\w+)?")
NONE_THERE: Final = re.compile(r"no backups? found", re.IGNORECASE)
DAMAGE: Final = re.compile(
    r"unexpected EOF|invalid (?:checksum|magic|header|frame)|corrupt|checksum mismatch|archive/tar: "
    r"|expect pg_control archive|does not exist in storage|object .* not found",
    re.IGNORECASE,
)
"""Words of WAL-G and of what it unpacks with, where they speak of the backup's own objects."""
NOT_ARCHIVED: Final = 74
"""Exit code of `wal-fetch` for a segment that is not there (EX_IOERR)."""


class WalG:
    """The port's methods on top of the program `wal-g`."""

    name = "walg"
    cannot_hold: tuple[str, ...] = (
        "Configuration outside of the data directory (as Debian keeps it) is in no backup of WAL-G.",
        "Unlogged tables come back empty, and replication slots not at all.",
        "WAL-G keeps no checksums: only the content of what comes back can tell.",
    )

    async def find(self, order: Order, say: Say) -> Sequence[Backup]:
        said = await _ask(order, "backup-list", "--detail", "--json")
        if said.exit_code and not NONE_THERE.search(said.last_words):
            raise ActionError(f"wal-g backup-list failed: {said.last_words}")
        listed = _json(said, "backup-list") if said.exit_code == 0 and said.stdout.strip() else []
        if not listed:
            raise BackupFaultError("the store holds no backup of WAL-G. Make one: wal-g backup-push")
        found = [backup_of(entry) for entry in listed]
        return sorted(found, key=lambda backup: (backup.stop_lsn, backup.label))

    async def segments(self, order: Order, backup: Backup, say: Say) -> Sequence[Segment]:
        said = await _ask(order, "st", "ls", "wal_005")
        if said.exit_code:
            raise ActionError(f"wal-g st ls wal_005 failed: {said.last_words}")
        words = said.stdout.decode("utf-8", "replace").split()
        matches = (ARCHIVED.fullmatch(word.rpartition("/")[2]) for word in words)
        return [Segment(name=name) for name in sorted({match[1] for match in matches if match})]

    async def restore(self, order: Order, backup: Backup, room: Room, say: Say) -> str:
        spec = await _tablespaces(order, backup, room)
        said = await _ask(order, "backup-fetch", *spec, str(room.data_dir), backup.label, say=say)
        if said.exit_code or not (room.data_dir / "PG_VERSION").exists():
            raise failure_of(backup, said)
        if spec:
            # Left where WAL-G kept no metadata of files; a start would link to production's own paths by it.
            (room.data_dir / "tablespace_map").unlink(missing_ok=True)
        return "WAL-G unpacked it and compared nothing, for it keeps no checksums: only the content can tell"

    async def fetch(
        self, order: Order, backup: Backup, segments: Sequence[Segment], room: Room, say: Say
    ) -> None:
        await for_each(segments, lambda segment: _fetch_one(order, segment, room))


async def _fetch_one(order: Order, segment: Segment, room: Room) -> None:
    place = room.wal_dir / segment.name
    said = await _ask(order, "wal-fetch", segment.name, str(place))
    if said.exit_code == NOT_ARCHIVED:
        raise BackupFaultError(f"WAL segment {segment.name} is gone since it was found")
    if said.exit_code or not place.exists():
        problem = f"WAL segment {segment.name} cannot be read back: {said.last_words}"
        raise BackupFaultError(problem) if DAMAGE.search(_all(said)) else ActionError(problem)


async def _tablespaces(order: Order, backup: Backup, room: Room) -> list[str]:
    """Where tablespaces go; without it WAL-G fills the paths that they have in production.

    Raises BackupFaultError, ActionError.
    """
    sentinel = f"basebackups_005/{backup.label}_backup_stop_sentinel.json"
    said = await _ask(order, "st", "cat", sentinel)
    if said.exit_code:
        raise ActionError(f"wal-g st cat {sentinel} failed: {said.last_words}")
    told = _json(said, f"the sentinel of {backup.label}")
    spec: Mapping[str, Any] = told.get("Spec") or told.get("spec") or {}
    names = [str(name) for name in spec.get("tablespaces") or ()]
    if any(not name.isdecimal() for name in names):
        raise BackupFaultError(f"the sentinel of {backup.label} names a tablespace that is no number")
    if not names:
        return []
    if order.scratch is None:
        raise ActionError("there is no folder of this run's own for WAL-G's restore specification")
    own: dict[str, Any] = {"base_prefix": str(room.data_dir), "tablespaces": names}
    for name in names:
        own[name] = {"loc": str(room.tablespaces_dir / name), "link": f"pg_tblspc/{name}"}
    path = order.scratch / "tablespaces.json"
    path.write_text(json.dumps(own))
    if account := account_of(order):
        shutil.chown(path, account.uid, account.gid)
    return ["--restore-spec", str(path)]


async def _ask(order: Order, *arguments: str, say: Say | None = None) -> Finished:
    """WAL-G reads its settings from the environment and from its file; here it prefetches nothing."""
    program = find_program("wal-g", order.environment, INSTALL)
    own = {"WALG_DOWNLOAD_CONCURRENCY": "1"} if arguments[0] == "wal-fetch" else {}
    config = ["--config", order.place] if order.place else []
    if _is_folder(order.place):
        own["WALG_FILE_PREFIX"], config = order.place, []
    asked = replace(order, environment={**order.environment, **own})
    return await ask([program, *arguments, *config], asked, say)


def _is_folder(place: str) -> bool:
    return bool(place) and Path(place).is_dir()


def _json(said: Finished, what: str) -> Any:
    try:
        return json.loads(said.stdout or b"[]")
    except ValueError:
        raise ActionError(f"wal-g's answer to {what} is no JSON: is this WAL-G for PostgreSQL?") from None


def backup_of(entry: Mapping[str, Any]) -> Backup:
    """Raises BackupFaultError for an entry that lacks what every backup has."""
    try:
        label = str(entry["backup_name"])
        began_in = WITHIN.search(f"{label} {entry.get('wal_file_name')}")
        return Backup(
            label=label,
            kind="incremental" if "_D_" in label else "full",
            started_at=_moment(entry.get("start_time")),
            stopped_at=_moment(entry.get("finish_time")),
            start_lsn=int(entry["start_lsn"]),
            stop_lsn=int(entry["finish_lsn"]),
            timeline=timeline_of(began_in[0]) if began_in else 1,
            size_bytes=int(entry.get("uncompressed_size") or 0),
            server_major=int(entry["pg_version"]) // 10000,
            system_identifier=str(entry.get("system_identifier") or ""),
            chain=(label,),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise BackupFaultError(
            f"WAL-G's list has a backup that says too little of itself ({problem!r}): "
            "one that was never finished, or of a WAL-G before 1.0"
        ) from None


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def failure_of(backup: Backup, said: Finished) -> ActionError:
    """The backup's fault only where WAL-G says so: a full disk or a missing right is none."""
    if damage := next((line for line in said.stderr if DAMAGE.search(line)), ""):
        return BackupFaultError(f"backup {backup.label} is damaged: wal-g could not restore it: {damage}")
    return ActionError(
        f"wal-g could not restore {backup.label} (exit code {said.exit_code}): {said.last_words}"
    )


def _all(said: Finished) -> str:
    return "\n".join(said.stderr)


KIND = WalG()
