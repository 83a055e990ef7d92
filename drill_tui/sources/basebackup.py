"""pg_basebackup: a folder in plain or tar format, or an increment of one, with WAL inside or in an archive.

What it says comes from the backup itself: `backup_label` (manual, 26.3.3) and `backup_manifest` (manual, 77),
never from the time of a file.  Inputs are verified one by one before they are combined: `pg_combinebackup`
carries a flipped byte through, and the result then verifies (17 and 18).
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive.witness import lsn_number
from drill_tui.postgres.cluster.binaries import find_servers
from drill_tui.postgres.physical.segments import SEGMENT
from drill_tui.sources.packed import plain_name, require_programs, unpack
from drill_tui.sources.port import Backup, BackupFaultError, Order, Room, Say, Segment
from drill_tui.sources.tool import ask
from drill_tui.sources.wal import HISTORY

MANIFEST: Final = "backup_manifest"
LABEL: Final = "backup_label"
START: Final = re.compile(r"^START WAL LOCATION: (\S+)", re.MULTILINE)
SINCE: Final = re.compile(r"^INCREMENTAL FROM LSN: (\S+)", re.MULTILINE)
TABLESPACE: Final = re.compile(r"(\d+)\.tar(\.gz)?")
TIME: Final = "%Y-%m-%d %H:%M:%S GMT"


@dataclass(frozen=True, slots=True)
class Folder:
    """One base backup on disk, as it describes itself."""

    path: Path
    label: str
    manifest: dict[str, Any]
    version: int

    @property
    def is_tar(self) -> bool:
        return not (self.path / "PG_VERSION").exists()

    @property
    def start(self) -> int:
        match = START.search(self.label)
        return lsn_number(match[1]) if match else 0

    @property
    def since(self) -> int:
        """Where the backup began that this is an increment of; 0 for a full one."""
        match = SINCE.search(self.label)
        return lsn_number(match[1]) if match else 0


class BaseBackup:
    """The port's methods for folders that pg_basebackup filled."""

    name = "basebackup"
    cannot_hold: tuple[str, ...] = (
        "Configuration outside of the data directory is in no base backup.",
        "Unlogged tables come back empty, and replication slots not at all.",
    )

    async def find(self, order: Order, say: Say) -> Sequence[Backup]:
        folders = await asyncio.to_thread(_folders, Path(order.place))
        if not folders:
            raise BackupFaultError(
                f"there is no base backup in {order.place or 'the folder (place is empty)'}"
            )
        return [_describe(folder, folders) for folder in folders]

    async def segments(self, order: Order, backup: Backup, say: Say) -> Sequence[Segment]:
        names = await asyncio.to_thread(_wal_names, _chain(order, backup)[-1], order)
        return [Segment(name=name) for name in sorted(names)]

    async def restore(self, order: Order, backup: Backup, room: Room, say: Say) -> str:
        chain = _chain(order, backup)
        bin_dir = next(s.bin_dir for s in find_servers(order.environment) if s.major == backup.server_major)
        if len(chain) > 1 and any(folder.is_tar for folder in chain):
            raise ActionError(
                f"{backup.label} is an increment in tar format, which pg_combinebackup cannot read; "
                "unpack each part into a folder of its own"
            )
        for folder in chain:
            if folder.is_tar:
                say(f"{folder.path.name} is in tar format: its files are compared as they are unpacked")
            else:
                await self._run(order, [str(bin_dir / "pg_verifybackup"), "-n", str(folder.path)], say)
        if len(chain) > 1:
            command = [str(bin_dir / "pg_combinebackup"), "-o", str(room.data_dir), *_moved(chain[-1], room)]
            await self._run(order, [*command, *(str(folder.path) for folder in chain)], say)
        elif chain[0].is_tar:
            await asyncio.to_thread(_unpack, chain[0], room)
            checked = [str(bin_dir / "pg_verifybackup"), "-n", "-i", "tablespace_map", str(room.data_dir)]
            await self._run(order, checked, say)
        else:
            await asyncio.to_thread(_copy, chain[0], room)
        return "pg_verifybackup compared every file of every part with the backup's manifest"

    async def fetch(
        self, order: Order, backup: Backup, segments: Sequence[Segment], room: Room, say: Say
    ) -> None:
        wanted = {segment.name for segment in segments}
        await asyncio.to_thread(_lay_wal, _chain(order, backup)[-1], order, wanted, room)

    async def _run(self, order: Order, command: list[str], say: Say) -> None:
        """As the caller: who drills must be able to read the backup."""
        own = replace(order, account="root") if os.geteuid() == 0 else order
        said = await ask(command, own, say)
        if said.exit_code:
            raise BackupFaultError(f"{said.program} found the backup damaged: {said.last_words}")


def _folders(place: Path) -> list[Folder]:
    """Every base backup of a folder, or the folder itself; those without a manifest are passed over."""
    if not place.is_dir():
        raise ActionError(f"{place} is no folder: name the one that holds the base backups")
    places = [place] if (place / MANIFEST).exists() else sorted(p.parent for p in place.glob(f"*/{MANIFEST}"))
    return sorted((_read(found) for found in places), key=lambda folder: folder.start)


def _read(path: Path) -> Folder:
    try:
        manifest = json.loads((path / MANIFEST).read_text())
        if (path / "PG_VERSION").exists():
            label, version = (path / LABEL).read_text(), (path / "PG_VERSION").read_text()
        else:
            label, version = _members(path, (LABEL, "PG_VERSION"))
    except (OSError, ValueError, KeyError, tarfile.TarError, EOFError) as problem:
        raise BackupFaultError(f"{path.name} is no whole base backup: {problem}") from None
    return Folder(path, label, manifest, int(version.split(".")[0]))


def _members(path: Path, names: Sequence[str]) -> list[str]:
    with tarfile.open(_archive(path, "base")) as archive:
        found: dict[str, str] = {}
        for member in archive:
            name = member.name.removeprefix("./")
            if name in names and (content := archive.extractfile(member)):
                found[name] = content.read().decode("utf-8", "replace")
            if len(found) == len(names):
                break
    return [found[name] for name in names]


def _archive(path: Path, stem: str) -> Path:
    plain = path / f"{stem}.tar"
    return plain if plain.exists() else path / f"{stem}.tar.gz"


def _describe(folder: Folder, folders: Iterable[Folder]) -> Backup:
    ranges = folder.manifest["WAL-Ranges"]
    files = folder.manifest["Files"]
    ended = max((entry["Last-Modified"] for entry in files), default="")
    chain = _below(folder, list(folders))
    whole = chain is not None
    return Backup(
        label=folder.path.name,
        kind="incremental" if folder.since else "full",
        started_at=None,
        stopped_at=datetime.strptime(ended, TIME).replace(tzinfo=UTC) if ended else None,
        start_lsn=folder.start,
        stop_lsn=max(lsn_number(one["End-LSN"]) for one in ranges),
        timeline=int(ranges[-1]["Timeline"]),
        size_bytes=sum(entry["Size"] for part in chain or [folder] for entry in part.manifest["Files"]),
        server_major=folder.version,
        system_identifier=str(folder.manifest.get("System-Identifier", "")),
        chain=tuple(part.path.name for part in chain or [folder]),
        problem="" if whole else "what it is an increment of is not here",
    )


def _below(folder: Folder, folders: list[Folder]) -> list[Folder] | None:
    """The chain up to this one, the full backup first; None where a part of it is not here."""
    chain = [folder]
    while chain[0].since:
        before = next((other for other in folders if other.start == chain[0].since), None)
        if before is None:
            return None
        chain.insert(0, before)
    return chain


def _chain(order: Order, backup: Backup) -> list[Folder]:
    folders = _folders(Path(order.place))
    folder = next((found for found in folders if found.path.name == backup.label), None)
    chain = _below(folder, folders) if folder else None
    if chain is None:
        raise BackupFaultError(f"backup {backup.label} stands on one that is not in {order.place}")
    return chain


def _copy(folder: Folder, room: Room) -> None:
    """The data directory, and each tablespace into a folder of the copy's own."""
    shutil.copytree(folder.path, room.data_dir, symlinks=True, dirs_exist_ok=True)
    if (room.data_dir / "pg_wal").is_symlink():
        (room.data_dir / "pg_wal").unlink()
        (room.data_dir / "pg_wal").mkdir(mode=0o700)
    for link in (room.data_dir / "pg_tblspc").iterdir():
        if link.is_symlink():
            shutil.copytree(link.resolve(), room.tablespaces_dir / link.name, symlinks=True)
            link.unlink()
            link.symlink_to(room.tablespaces_dir / link.name)


def _moved(folder: Folder, room: Room) -> list[str]:
    """pg_combinebackup's mapping of each tablespace, without which it refuses; `=` in a path is escaped."""
    links = [link for link in sorted((folder.path / "pg_tblspc").iterdir()) if link.is_symlink()]
    pairs = [(str(link.readlink()), str(room.tablespaces_dir / link.name)) for link in links]
    return ["--tablespace-mapping=" + "=".join(path.replace("=", r"\=") for path in pair) for pair in pairs]


def _unpack(folder: Folder, room: Room) -> None:
    with tarfile.open(_archive(folder.path, "base")) as archive:
        archive.extractall(room.data_dir, filter="data")
    for path in sorted(folder.path.iterdir()):
        if match := TABLESPACE.fullmatch(path.name):
            own = room.tablespaces_dir / match[1]
            with tarfile.open(path) as archive:
                archive.extractall(own, filter="data")
            (room.data_dir / "pg_tblspc" / match[1]).symlink_to(own)
    (room.data_dir / "tablespace_map").unlink(missing_ok=True)
    shutil.copy(folder.path / MANIFEST, room.data_dir / MANIFEST)


def _wal_names(folder: Folder, order: Order) -> set[str]:
    archived = _archived(order)
    require_programs(archived, order.environment)
    names = {plain_name(path.name) for path in archived}
    if folder.is_tar:
        inside = _archive(folder.path, "pg_wal")
        if inside.exists():
            with tarfile.open(inside) as archive:
                names |= {Path(name).name for name in archive.getnames()}
    else:
        names |= {path.name for path in (folder.path / "pg_wal").iterdir()}
    return {name for name in names if SEGMENT.fullmatch(name) or HISTORY.fullmatch(name)}


def _archived(order: Order) -> list[Path]:
    if not order.wal:
        return []
    folder = Path(order.wal)
    if not folder.is_dir():
        raise ActionError(f"{folder} is no folder: name the one that holds the archived WAL")
    return [path for path in folder.iterdir() if path.is_file()]


def _lay_wal(folder: Folder, order: Order, wanted: set[str], room: Room) -> None:
    """The archive's copy goes before the backup's own, which may hold the beginning of a segment only."""
    for path in _archived(order):
        name = plain_name(path.name)
        if name in wanted:
            unpack(path, room.wal_dir / name, order.environment)
    for name in wanted:
        if not (room.wal_dir / name).exists():
            _lay_own(folder, name, room)


def _lay_own(folder: Folder, name: str, room: Room) -> None:
    if not folder.is_tar:
        shutil.copyfile(folder.path / "pg_wal" / name, room.wal_dir / name)
        return
    with tarfile.open(_archive(folder.path, "pg_wal")) as archive:
        member = next(found for found in archive if Path(found.name).name == name)
        with (room.wal_dir / name).open("wb") as plain:
            shutil.copyfileobj(archive.extractfile(member), plain)  # type: ignore[arg-type]


KIND = BaseBackup()
