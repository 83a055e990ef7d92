"""Ways to damage a backup folder; each takes a fresh copy of a good one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

Damage = Callable[[Path], None]


class Good:
    """Good backups, each taken when it is first asked for: most modules need one or two of them."""

    def __init__(self, take: Callable[..., Path]) -> None:
        self._take = take

    @cached_property
    def backup(self) -> Path:
        return self._take("shop")

    @cached_property
    def second(self) -> Path:
        """Of the same database, at another time."""
        return self._take("shop")

    @cached_property
    def other_database(self) -> Path:
        return self._take("depot")

    @cached_property
    def uncompressed(self) -> Path:
        return self._take("shop", "--compress", "none")

    def copy_to(self, folder: Path, of: Path | None = None) -> Path:
        source = of or self.backup
        return Path(shutil.copytree(source, folder / source.name))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sign(backup: Path) -> None:
    """Write checksums that fit whatever the files are now, as an attacker or a careless script would."""
    names = sorted(path for path in backup.rglob("*") if path.is_file() and path.name != "checksums.sha256")
    lines = [f"{sha256_of(path)}  {path.relative_to(backup).as_posix()}\n" for path in names]
    (backup / "checksums.sha256").write_text("".join(lines))


def largest_data(backup: Path) -> Path:
    return max((backup / "dump").glob("[0-9]*.dat*"), key=lambda path: path.stat().st_size)


def flip(path: Path, at: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 0x01
    path.write_bytes(content)


def truncate(path: Path, keep: float = 0.5) -> None:
    os.truncate(path, int(path.stat().st_size * keep))


def overwrite(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def edit_manifest(backup: Path, **changes: Any) -> None:
    path = backup / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def replace_in(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def signed(damage: Damage) -> Damage:
    """The same damage, with the checksums made to fit."""

    def damage_and_sign(backup: Path) -> None:
        damage(backup)
        sign(backup)

    return damage_and_sign
