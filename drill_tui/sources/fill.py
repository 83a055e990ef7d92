"""`physical.restore`: prepare a copy (its folder, its data by the tool itself, its WAL) and start nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionContext, ActionError, ActionResult
from drill_tui.engine.record.events import Finding
from drill_tui.postgres.archive.witness import lsn_text
from drill_tui.postgres.cluster import binaries, workplace
from drill_tui.postgres.cluster.account import Account, server_account
from drill_tui.postgres.physical.control import ControlData, label_start, read_control
from drill_tui.postgres.physical.pages import lacks_checksums
from drill_tui.postgres.physical.settings import write_files
from drill_tui.sources import tool
from drill_tui.sources.port import Backup, BackupFaultError, Order, PhysicalKind, Room
from drill_tui.sources.registry import kind_of, order_of
from drill_tui.sources.wal import histories, unbroken

RESTORED: Final = "restore_completes"
WAL: Final = "wal_complete"
SWITCHED_BETWEEN: Final = (
    "Data checksums were switched on between the full backup and an increment, and pages that did not change "
    "since have none (manual, pg_combinebackup): the copy does not ask for them. By hand nobody could log in "
    "to it before `pg_checksums --disable`. Take a new full backup."
)
SETTINGS_OF_THE_BACKUP: Final = "postgresql.auto.conf.of-the-backup"

OUTPUTS: Final = {
    "home": "the copy's own folder",
    "data_dir": "the copy's data directory",
    "bin_dir": "programs of its own major version",
    "server_version": "of those programs",
    "system_identifier": "of the copy, which is the source's",
    "floors": "name=value of the settings that the source ran with",
    "wal_end": "behind the last WAL that was fetched",
    "restored_bytes": "size of the data directory",
}


async def restore(context: ActionContext) -> ActionResult:
    """Raises BackupFaultError, with evidence against the backup, and ActionError."""
    kind, order = kind_of(context.arguments), order_of(context)
    backup = await _find_again(context, kind, order)
    account = server_account(context.environment)
    server = _server(context, backup, account)
    home = workplace.choose(context.environment, "copy")
    context.claim("directory", str(home))
    workplace.make(home, context.run_id, account)
    room = Room(data_dir=home / "data", wal_dir=home / "wal", tablespaces_dir=home / "tablespaces")
    order = replace(order, scratch=home / "lock")
    _open_room(home, room, order)
    try:
        checked = await kind.restore(order, backup, room, context.log)
        control = read_control(server.bin_dir, room.data_dir)
        _same_backup(backup, control, room)
        fetched = await _fetch(context, kind, order, backup, room, control)
    except BackupFaultError as fault:
        about = WAL if "WAL segment" in str(fault) else RESTORED
        context.evidence(about, Finding.MISSED, str(fault))
        raise
    mixed = control.checksums and len(backup.chain) > 1 and lacks_checksums(room.data_dir / "global")
    size = await asyncio.to_thread(_close_room, home, room, account, server.major, not mixed)
    if mixed:
        context.log(f"Note: {SWITCHED_BETWEEN}")
    said = f"{backup.label}: {size / 1e6:,.1f} MB. {checked}"
    context.evidence(RESTORED, Finding.MET, said, SWITCHED_BETWEEN if mixed else "")
    context.evidence(WAL, Finding.MET, fetched)
    return ActionResult(
        outputs={
            "home": str(home),
            "data_dir": str(room.data_dir),
            "bin_dir": str(server.bin_dir),
            "server_version": server.version,
            "system_identifier": control.system_identifier,
            "floors": " ".join(f"{name}={value}" for name, value in control.floors.items()),
            "wal_end": _end_of(room, backup, control),
            "restored_bytes": str(size),
        }
    )


async def _find_again(context: ActionContext, kind: PhysicalKind, order: Order) -> Backup:
    """The very backup that was found and checked: the step names its label."""
    found = [one for one in await kind.find(order, context.log) if one.label == order.wanted]
    if not found:
        raise BackupFaultError(f"backup {order.wanted} is gone since it was found")
    return found[0]


def _server(context: ActionContext, backup: Backup, account: Account) -> binaries.ServerBinaries:
    servers = [s for s in binaries.find_servers(context.environment) if s.major == backup.server_major]
    if not servers:
        raise ActionError(
            f"PostgreSQL {backup.server_major} is gone; install postgresql-{backup.server_major}"
        )
    cache = binaries.shared_cache(context.environment)
    chosen = binaries.reachable_by(servers[0], account, cache)
    context.log(f"PostgreSQL {chosen.version} in {chosen.bin_dir}")
    return chosen


def _open_room(home: Path, room: Room, order: Order) -> None:
    """Let the tool's own account in while it fills the copy."""
    account = tool.account_of(order)
    home.chmod(0o711)
    for folder in (room.data_dir, room.wal_dir, room.tablespaces_dir, home / "lock"):
        tool.give(folder, account)


def _close_room(home: Path, room: Room, account: Account, major: int, checksums_are_whole: bool) -> int:
    """Hand the copy to the server's account, put its configuration aside; its size in bytes.

    Raises ActionError where a link leads out of the copy: that would be somebody else's data.
    """
    refuse_links_outside(home, room.data_dir)
    saved = room.data_dir / "postgresql.auto.conf"
    if saved.exists():
        saved.replace(home / SETTINGS_OF_THE_BACKUP)
    saved.touch(mode=0o600)
    (room.data_dir / "standby.signal").unlink(missing_ok=True)
    (room.data_dir / "recovery.signal").touch(mode=0o600)
    write_files(home / "conf", major, checksums_are_whole=checksums_are_whole)
    shutil.rmtree(home / "lock", ignore_errors=True)
    size = _hand_over((room.data_dir, room.wal_dir, room.tablespaces_dir), account)
    room.data_dir.chmod(0o700)
    home.chmod(0o710 if account.is_other else 0o700)
    return size


def refuse_links_outside(home: Path, data_dir: Path) -> None:
    """Raises ActionError for the first link in the data directory that leads out of the copy's folder."""
    own = home.resolve()
    for folder, names, files in os.walk(data_dir):
        for name in (*names, *files):
            path = Path(folder, name)
            if path.is_symlink() and not path.resolve().is_relative_to(own):
                raise ActionError(
                    f"{path.relative_to(data_dir)} leads to {path.readlink()}, outside of the copy: a start "
                    "could write into the data of the server that the backup is of"
                )


def _hand_over(folders: Sequence[Path], account: Account) -> int:
    size = 0
    for top in folders:
        for folder, names, files in os.walk(top):
            for name in (".", *names, *files):
                path = Path(folder, name)
                stat = path.lstat()
                size += stat.st_size if name in files else 0
                if os.geteuid() == 0:
                    os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return size


def _same_backup(backup: Backup, control: ControlData, room: Room) -> None:
    """What came out is what the catalogue announced: its cluster, and the moment at which it began."""
    if backup.system_identifier and control.system_identifier != backup.system_identifier:
        raise BackupFaultError(
            f"backup {backup.label} came out as one of another cluster: system identifier "
            f"{control.system_identifier}, and announced was {backup.system_identifier}"
        )
    start = label_start(room.data_dir)
    if start == 0:
        raise BackupFaultError(
            f"backup {backup.label} came out without its backup_label: a start could not know where to begin"
        )
    if backup.start_lsn and start != backup.start_lsn:
        raise BackupFaultError(
            f"backup {backup.label} came out as another one: it begins at {lsn_text(start)}, "
            f"and announced was {lsn_text(backup.start_lsn)}. An older or newer backup lies under its name"
        )


async def _fetch(
    context: ActionContext,
    kind: PhysicalKind,
    order: Order,
    backup: Backup,
    room: Room,
    control: ControlData,
) -> str:
    """All WAL that a recovery can use, laid beside the copy: the copy itself never sees the repository."""
    segments = await kind.segments(order, backup, context.log)
    names = [segment.name for segment in segments]
    stretch = unbroken(names, backup.timeline, label_start(room.data_dir), control.wal_segment_bytes)
    wanted = {*stretch.names, *histories(names)}
    chosen = [segment for segment in segments if segment.name in wanted]
    context.log(f"Fetching {len(chosen)} WAL files")
    await kind.fetch(order, backup, chosen, room, context.log)
    compared = sum(bool(segment.sha1) for segment in chosen)
    return f"{len(chosen)} WAL files were fetched, {compared} of them compared with their SHA-1"


def _end_of(room: Room, backup: Backup, control: ControlData) -> str:
    names = [path.name for path in room.wal_dir.iterdir()]
    start = label_start(room.data_dir)
    return lsn_text(unbroken(names, backup.timeline, start, control.wal_segment_bytes).end)
