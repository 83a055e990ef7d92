"""pgBackRest: restored by itself, its archive read by name, its words turned into sentences.

Its exit codes and words alone prove little (2.45: `verify` exits 0 on a flipped byte, `restore` exits 0 where
WAL is missing), so every archived segment is compared with the SHA-1 in its name, and the content decides.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive.witness import lsn_number
from drill_tui.postgres.client.spawn import Finished
from drill_tui.sources.port import Backup, BackupFaultError, Order, Room, Say, Segment
from drill_tui.sources.tool import ask, find_program, for_each

INSTALL: Final = "install the package pgbackrest"
KINDS: Final = {"full": "full", "diff": "differential", "incr": "incremental"}
ARCHIVED: Final = re.compile(r"(?:.*/)?([0-9A-F]{24})-([0-9a-f]{40})(?:\.\w+)?")
HISTORY: Final = re.compile(r"(?:.*/)?([0-9A-F]{8}\.history)(?:\.\w+)?")
ERROR: Final = re.compile(r"ERROR: \[(\d{3})\]: (.*)")
OF_THE_BACKUP: Final = frozenset({29, 55, 75, 95})
"""Exit codes that speak of the repository's content: format, missing file, invalid set, cipher."""
DAMAGE: Final = ("checksum", "zlib", "lz4", "zstd", "bz2", "unable to load info", "invalid page")
CHUNK_BYTES: Final = 1024 * 1024


class PgBackRest:
    """The port's methods on top of the program `pgbackrest`."""

    name = "pgbackrest"
    cannot_hold: tuple[str, ...] = (
        "Configuration outside of the data directory (as Debian keeps it) is in no backup of pgBackRest.",
        "Unlogged tables come back empty, and replication slots not at all.",
    )

    async def find(self, order: Order, say: Say) -> Sequence[Backup]:
        said = await self._ask(order, "info", "--output=json")
        if said.exit_code:
            raise ActionError(f"pgbackrest info failed: {words(said)}")
        stanzas = json.loads(said.stdout or b"[]")
        stanza = next((found for found in stanzas if found["name"] == order.name), None)
        if stanza is None or stanza["status"]["code"] == 1:
            known = ", ".join(found["name"] for found in await self._stanzas(order)) or "none"
            raise BackupFaultError(
                f"the repository has no stanza {order.name!r}; it has: {known}. "
                "Name the right one with -p stanza=…"
            )
        if not stanza["backup"]:
            raise BackupFaultError(
                f"stanza {order.name} holds no backup: {stanza['status']['message']}. "
                "Make one: pgbackrest backup"
            )
        return [_backup(entry, stanza) for entry in stanza["backup"]]

    async def _stanzas(self, order: Order) -> list[dict[str, Any]]:
        said = await ask([*_common(order, stanza=False), "info", "--output=json"], order)
        found: list[dict[str, Any]] = json.loads(said.stdout or b"[]") if said.exit_code == 0 else []
        return [entry for entry in found if entry["status"]["code"] != 1]

    async def segments(self, order: Order, backup: Backup, say: Say) -> Sequence[Segment]:
        place = f"archive/{order.name}/{backup.archive}"
        said = await self._ask(order, "repo-ls", "--recurse", place)
        if said.exit_code:
            raise ActionError(f"pgbackrest repo-ls of {place} failed: {words(said)}")
        found: dict[str, Segment] = {}
        for line in said.stdout.decode("utf-8", "replace").splitlines():
            if match := ARCHIVED.fullmatch(line.strip()):
                if match[1] in found and found[match[1]].sha1 != match[2]:
                    raise BackupFaultError(
                        f"the archive holds two different files for WAL segment {match[1]}: "
                        "two servers archive into one stanza"
                    )
                found[match[1]] = Segment(name=match[1], sha1=match[2])
            elif match := HISTORY.fullmatch(line.strip()):
                found[match[1]] = Segment(name=match[1])
        return [found[name] for name in sorted(found)]

    async def restore(self, order: Order, backup: Backup, room: Room, say: Say) -> str:
        said = await self._ask(
            order,
            "restore",
            *([f"--lock-path={order.scratch}"] if order.scratch else []),
            f"--set={backup.label}",
            "--type=default",
            "--archive-mode=off",
            f"--pg1-path={room.data_dir}",
            f"--tablespace-map-all={room.tablespaces_dir}",
            say=say,
        )
        if said.exit_code:
            raise _restore_failed(backup, said)
        return "pgBackRest compared every file of the set with its checksum while it restored it"

    async def fetch(
        self, order: Order, backup: Backup, segments: Sequence[Segment], room: Room, say: Say
    ) -> None:
        await for_each(segments, lambda segment: self._fetch_one(order, segment, room))

    async def _fetch_one(self, order: Order, segment: Segment, room: Room) -> None:
        place = room.wal_dir / segment.name
        said = await self._ask(
            order,
            f"--pg1-path={room.data_dir}",
            "--no-archive-async",
            "archive-get",
            segment.name,
            str(place),
        )
        if said.exit_code or not place.exists():
            raise BackupFaultError(f"WAL segment {segment.name} cannot be read back: {words(said)}")
        if segment.sha1 and await asyncio.to_thread(_sha1, place) != segment.sha1:
            raise BackupFaultError(
                f"WAL segment {segment.name} is damaged: its content is not what its name says it was"
            )

    async def _ask(self, order: Order, *arguments: str, say: Say | None = None) -> Finished:
        return await ask([*_common(order), *arguments], order, say)


def _common(order: Order, *, stanza: bool = True) -> list[str]:
    """Options that every call needs: nothing is written but into this run's own folders."""
    program = find_program("pgbackrest", order.environment, INSTALL)
    common = [program, "--log-level-file=off", "--log-level-console=off", "--log-level-stderr=info"]
    if order.place:
        common.append(f"--config={order.place}")
    if stanza:
        common.append(f"--stanza={order.name}")
    if order.repository:
        common.append(f"--repo={order.repository}")
    return common


def _backup(entry: dict[str, Any], stanza: dict[str, Any]) -> Backup:
    database, key = entry["database"]["id"], entry["database"].get("repo-key")
    server = next(
        found for found in stanza["db"] if found["id"] == database and found.get("repo-key") in (key, None)
    )
    archive = next(
        (
            found["id"]
            for found in stanza["archive"]
            if found["database"]["id"] == database and found["database"].get("repo-key") == key
        ),
        "",
    )
    lsn = entry.get("lsn") or {}
    problem = "pgBackRest saw page checksum errors when it was made" if entry.get("error") else ""
    chain = tuple(entry.get("reference") or ())
    return Backup(
        label=entry["label"],
        kind=KINDS.get(entry["type"], entry["type"]),
        started_at=datetime.fromtimestamp(entry["timestamp"]["start"], UTC),
        stopped_at=datetime.fromtimestamp(entry["timestamp"]["stop"], UTC),
        start_lsn=lsn_number(lsn["start"]) if lsn.get("start") else 0,
        stop_lsn=lsn_number(lsn["stop"]) if lsn.get("stop") else 0,
        timeline=int(entry["archive"]["start"][:8], 16) if entry["archive"]["start"] else 1,
        size_bytes=entry["info"]["size"],
        server_major=int(float(server["version"])),
        system_identifier=str(server["system-id"]),
        chain=(*chain, entry["label"]),
        problem=problem,
        archive=archive,
    )


def _restore_failed(backup: Backup, said: Finished) -> ActionError:
    code = said.exit_code
    text = words(said)
    if code == 75:
        return BackupFaultError(f"there is no backup set {backup.label} any more: {text}")
    if "manifest label" in text and "do not match" in text:
        return BackupFaultError(f"another backup lies under the name {backup.label}: {text}")
    if code in OF_THE_BACKUP or any(sign in text.lower() for sign in DAMAGE):
        return BackupFaultError(f"backup {backup.label} is damaged: pgbackrest could not restore it: {text}")
    return ActionError(f"pgbackrest could not restore {backup.label} (exit code {code}): {text}")


def words(said: Finished) -> str:
    """The error that pgBackRest names first, without its number; else its last lines."""
    for line in said.stderr:
        if match := ERROR.search(line):
            return match[2]
    return said.last_words


def _sha1(path: Path) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


KIND = PgBackRest()
