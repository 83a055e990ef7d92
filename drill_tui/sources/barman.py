"""Barman: restored by itself, under a configuration of this run's own.

`barman recover` does more than it says: it archives what waits in `incoming`, takes locks beside the backups,
and runs the user's scripts.  So it is shown a server of which it knows the base backups alone: no script, no
archive, and a connection that leads nowhere.  What it says proves little (a recover of a flipped backup exits
0): the manifest is compared where there is one, and the content decides.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.client.spawn import Finished
from drill_tui.postgres.cluster.binaries import find_servers
from drill_tui.sources import barman_catalog as catalog
from drill_tui.sources.barman_catalog import Entry
from drill_tui.sources.barman_config import Server, server_of
from drill_tui.sources.packed import packing_of, require_program, unpack
from drill_tui.sources.port import Backup, BackupFaultError, Order, Room, Say, Segment
from drill_tui.sources.tool import account_of, ask, find_program, give

INSTALL: Final = "install the package barman"
CHANGED_BY_BARMAN: Final = (
    ".barman-recover.info",
    "postgresql.auto.conf",
    "postgresql.auto.conf.origin",
    "postgresql.conf",
    "postgresql.conf.origin",
    "recovery.signal",
)
LEFT_OUT_BY_BARMAN: Final = ("log", "pg_log", "tablespace_map", "postmaster.pid")
DAMAGE: Final = re.compile(
    r"^(gzip|lz4|zstd|tar): .*(unexpected e|crc error|length error|not in \w+ format|invalid|corrupt|decod)"
    r"|\[sender\] (read errors|link_stat)",
    re.IGNORECASE,
)
"""Words of the programs that Barman runs, where they speak of the backup's own files."""
STAGING: Final = ("staging_path", "recovery_staging_path", "local_staging_path")
"""Where Barman unpacks and combines: since 3.15, before that, and before that for increments."""
LISTED: Final = re.compile(r"[<>ch.*][fdLDS][.+][\w.+]{8} ")
"""A line of rsync's list of files (rsync(1), --itemize-changes), which Barman repeats in an error."""


class Barman:
    """The port's methods on top of Barman's files and its `recover`."""

    name = "barman"
    cannot_hold: tuple[str, ...] = (
        "Configuration outside of the data directory (as Debian keeps it) is in no drill of a Barman backup.",
        "Unlogged tables come back empty, and replication slots not at all.",
    )

    async def find(self, order: Order, say: Say) -> Sequence[Backup]:
        server = server_of(order)
        entries = await asyncio.to_thread(catalog.entries_of, server)
        usable = []
        for entry in entries:
            if why := _unusable(entry):
                say(f"Passed over: {entry.label} {why}")
                if entry.label == order.wanted:
                    raise BackupFaultError(f"backup {entry.label} {why}")
            else:
                usable.append(catalog.describe(entry, entries, server.wals))
        if not usable:
            others = f"; {len(entries)} are there that cannot be used" if entries else ""
            raise BackupFaultError(f"server {server.name} holds no whole backup in {server.bases}{others}")
        return usable

    async def segments(self, order: Order, backup: Backup, say: Say) -> Sequence[Segment]:
        server = server_of(order)
        archived = await asyncio.to_thread(catalog.wal_of, server)
        if archived:
            with suppress(BackupFaultError, OSError):
                require_program(packing_of(archived[max(archived)]), order.environment)
        waiting = [
            name for name, path in archived.items() if path.parent in (server.incoming, server.streaming)
        ]
        if waiting:
            say(
                f"WAL from {min(waiting)} on (files: {len(waiting)}) came and is not archived yet: "
                "`barman recover` does that first, and the drill takes it as it lies there"
            )
        return [Segment(name=name) for name in sorted(archived)]

    async def restore(self, order: Order, backup: Backup, room: Room, say: Say) -> str:
        server = server_of(order)
        entries = await asyncio.to_thread(catalog.entries_of, server)
        entry = next(one for one in entries if one.label == backup.label)
        chain = catalog.chain_of(entry, entries)
        if chain is None:
            raise BackupFaultError(f"backup {backup.label} stands on one that is not in {server.bases}")
        bin_dir = next(s.bin_dir for s in find_servers(order.environment) if s.major == backup.server_major)
        compared = await _verify_parts(order, chain, bin_dir, say) if len(chain) > 1 else ""
        config = _own_configuration(order, server, chain, bin_dir)
        moved = [f"--tablespace={name}:{room.tablespaces_dir / str(oid)}" for name, oid in entry.tablespaces]
        program = find_program("barman", order.environment, INSTALL)
        recover = [program, "-c", str(config), "recover", "--get-wal"]
        said = await ask(
            [*recover, *moved, server.name, backup.label, str(room.data_dir)],
            order,
            lambda line: None if LISTED.match(line) else say(line),
        )
        if said.exit_code or not (room.data_dir / "PG_VERSION").exists():
            raise failure_of(backup, said)
        return compared or await _verify(order, entry, room.data_dir, bin_dir, say)

    async def fetch(
        self, order: Order, backup: Backup, segments: Sequence[Segment], room: Room, say: Say
    ) -> None:
        archived = await asyncio.to_thread(catalog.wal_of, server_of(order))
        for segment in segments:
            if segment.name not in archived:
                raise BackupFaultError(f"WAL segment {segment.name} is gone since it was found")
            place = room.wal_dir / segment.name
            await asyncio.to_thread(unpack, archived[segment.name], place, order.environment)


def _unusable(entry: Entry) -> str:
    if entry.state not in catalog.COPIED:
        error = entry.text("error")
        return f"is {entry.state or 'without a state'}" + (f": {error}" if error else "")
    if entry.text("snapshots_info"):
        return "lies in snapshots of a cloud's disks, and only folders can be drilled"
    if entry.text("encryption"):
        return f"is encrypted ({entry.text('encryption')}), which a drill cannot undo"
    return ""


def _own_configuration(order: Order, server: Server, chain: list[Entry], bin_dir: Path) -> Path:
    """Barman's configuration for this run: everything that it writes goes into the run's own folder."""
    if order.scratch is None:
        raise ActionError("there is no folder of this run's own for Barman's locks")
    account = account_of(order)
    home, staging = order.scratch / "barman", order.scratch / "staging"
    for folder in (home, home / "meta", home / "incoming", home / "wals", staging):
        give(folder, account)
    for part in chain:
        if part.file.parent != part.home:
            shutil.copyfile(part.file, home / "meta" / part.file.name)
    settings: dict[str, dict[str, str | Path]] = {
        "barman": {
            "barman_home": order.scratch,
            "barman_lock_directory": order.scratch,
            "barman_user": account.name if account else pwd.getpwuid(os.geteuid()).pw_name,
            "log_file": order.scratch / "barman.log",
        },
        server.name: {
            "description": "seen by a drill",
            "conninfo": f"host={home} dbname=none",
            "backup_method": "postgres",
            "archiver": "on",
            "backup_directory": home,
            "basebackups_directory": server.bases,
            "path_prefix": bin_dir,
        },
    }
    if len(chain) > 1 or chain[-1].is_packed:
        settings[server.name] |= dict.fromkeys(STAGING, staging) | {"staging_location": "local"}
    lines = []
    for section, values in settings.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {str(value).replace('%', '%%')}" for name, value in values.items()]
    path = order.scratch / "barman.conf"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o644)
    return path


async def _verify_parts(order: Order, chain: list[Entry], bin_dir: Path, say: Say) -> str:
    """Each by itself, for pg_combinebackup carries damage through.  Raises BackupFaultError, ActionError."""
    plain = [part for part in chain if not part.is_packed]
    for part in plain:
        data_dir = part.home / "data"
        for link in (data_dir / "pg_tblspc").iterdir():
            if not link.exists():
                raise ActionError(
                    f"tablespace {link.name} of {part.label} leads to {link.readlink()}, which is not here: "
                    "to combine an increment, Barman needs that folder under the path that it had"
                )
        await _verify(order, part, data_dir, bin_dir, say)
    if len(plain) < len(chain):
        return (
            f"pg_verifybackup compared {len(plain)} of {len(chain)} parts with their manifests; the others "
            "are packed, and Barman combined them unseen"
        )
    return "pg_verifybackup compared every part with its manifest, before Barman combined them"


async def _verify(order: Order, entry: Entry, data_dir: Path, bin_dir: Path, say: Say) -> str:
    """Compare every file with the backup's manifest, where there is one.  Raises BackupFaultError."""
    if entry.manifest is None:
        say(f"{entry.label} has no manifest (backup_method is rsync?): its files are compared with nothing")
        return "Barman copied it and compared nothing, for it has no manifest: only the content can tell"
    ignored = [*CHANGED_BY_BARMAN, *LEFT_OUT_BY_BARMAN, f"{catalog.MANIFEST}.{entry.label}"]
    left_out = "the configuration"
    if not entry.manifest_ends():
        ignored.append("pg_tblspc")
        left_out += " and tablespaces"
    options = [part for name in ignored for part in ("-i", name)]
    said = await ask(
        [str(bin_dir / "pg_verifybackup"), "-n", "-m", str(entry.manifest), *options, str(data_dir)],
        order,
        say,
    )
    if said.exit_code and "Permission denied" in said.last_words:
        raise ActionError(
            f"{said.last_words}. The account that runs Barman must be able to read it: -p account=…"
        )
    if said.exit_code:
        raise BackupFaultError(
            f"backup {entry.label} is damaged: pg_verifybackup found what Barman did not: {said.last_words}"
        )
    return f"pg_verifybackup compared every file but {left_out} with the backup's manifest"


def failure_of(backup: Backup, said: Finished) -> ActionError:
    """The backup's fault only where a program says so: a full disk or a missing right is none."""
    words = said.last_words
    damage = next((line for line in said.stderr if DAMAGE.search(line)), "")
    if damage:
        return BackupFaultError(f"backup {backup.label} is damaged: barman could not restore it: {damage}")
    return ActionError(f"barman could not restore {backup.label} (exit code {said.exit_code}): {words}")


KIND = Barman()
