"""Ways to damage the folder of a backup.  Each changes the folder that it is given: give it a copy."""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from drill_tui.faults.fault import Damage
from drill_tui.postgres.archive.folder import PARTIAL_SUFFIX
from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME, DUMP_NAME, GLOBALS_NAME, MANIFEST_NAME

ARCHIVED = re.compile(r"[0-9A-F]{24}")
"""A WAL segment, as an archive names it."""
TIMES = ("started_at", "finished_at", "snapshot_at")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sign(backup: Path) -> None:
    """Write checksums that fit whatever the files are now, as an attacker or a careless script would."""
    names = sorted(path for path in backup.rglob("*") if path.is_file() and path.name != CHECKSUMS_NAME)
    lines = [f"{sha256_of(path)}  {path.relative_to(backup).as_posix()}\n" for path in names]
    (backup / CHECKSUMS_NAME).write_text("".join(lines))


def signed(damage: Damage) -> Damage:
    """The same damage, with the checksums made to fit."""

    def damage_and_sign(backup: Path) -> None:
        damage(backup)
        sign(backup)

    return damage_and_sign


def largest_data(backup: Path) -> Path:
    return max((backup / DUMP_NAME).glob("[0-9]*.dat*"), key=lambda path: path.stat().st_size)


def toc(backup: Path) -> Path:
    return backup / DUMP_NAME / "toc.dat"


def flip(path: Path, at: float = 0.5) -> None:
    """Flip the lowest bit of the byte at that share of the file."""
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 0x01
    path.write_bytes(content)


def truncate(path: Path, keep: float = 0.5) -> None:
    os.truncate(path, int(path.stat().st_size * keep))


def overwrite(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def edit_manifest(backup: Path, **changes: Any) -> None:
    path = backup / MANIFEST_NAME
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def replace_in(path: Path, old: bytes, new: bytes) -> None:
    """Replace the first occurrence.  Raises ValueError where there is none."""
    content = path.read_bytes()
    if old not in content:
        raise ValueError(f"{path} does not hold {old!r}")
    path.write_bytes(content.replace(old, new, 1))


def link_data(backup: Path) -> None:
    """Move the largest data file out of the backup and leave a link to it."""
    data = largest_data(backup)
    elsewhere = data.rename(backup.parent / f"{backup.name}.elsewhere")
    data.symlink_to(elsewhere)


def age_manifest(backup: Path) -> None:
    """Set all of the manifest's times back by a day, so that they are those of another backup."""
    manifest = json.loads((backup / MANIFEST_NAME).read_text())
    older = {name: datetime.fromisoformat(manifest[name]) - timedelta(days=1) for name in TIMES}
    edit_manifest(backup, **{name: at.isoformat() for name, at in older.items()})


def age_snapshot(backup: Path, hours: float = 25.0) -> None:
    """Set the snapshot's time back: the backup of yesterday under today's name."""
    manifest = json.loads((backup / MANIFEST_NAME).read_text())
    at = datetime.fromisoformat(manifest["snapshot_at"]) - timedelta(hours=hours)
    edit_manifest(backup, snapshot_at=at.isoformat())


def leave_partial(backup: Path) -> None:
    """What an interrupted backup leaves: the folder under its provisional name."""
    backup.rename(backup.with_name(f"{backup.name}{PARTIAL_SUFFIX}"))


def say_more_in_globals(backup: Path) -> None:
    append(backup / GLOBALS_NAME, "DROP DATABASE shop;\n")


def lose_segment(archive: Path) -> None:
    """Remove the last segment but one of archived WAL: what comes after it cannot be replayed any more."""
    segments = sorted(path for path in archive.iterdir() if ARCHIVED.fullmatch(path.name))
    segments[-2].unlink()
