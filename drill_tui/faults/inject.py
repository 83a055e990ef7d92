"""Putting a fault of the catalogue into a copy: of a backup's folder, or of a restored database."""

from __future__ import annotations

import fcntl
import shutil
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from drill_tui.faults.damage import sign
from drill_tui.faults.fault import InBackup, InDatabase, InPages
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.copies.sites import Site, break_there, find_sites, run_there

FICLONE: Final = 0x40049409
"""ioctl that makes a file share another one's blocks until one of them is written to (ioctl_ficlone(2))."""
PAGE_BYTES: Final = 8192
HEADER_BYTES: Final = 24
"""Of a page (PostgreSQL manual, 73.6); what follows are pointers to its rows."""
DAMAGE: Final = bytes(range(1, 201))


def copy_backup(backup: Path, folder: Path) -> Path:
    """A copy of the backup below `folder`, under its own name; never a link to its files.  Raises OSError."""
    return Path(shutil.copytree(backup, folder / backup.name, copy_function=_clone, symlinks=True))


def break_backup(copy: Path, injury: InBackup) -> None:
    """Break a copy of a backup in place.  Raises OSError, ValueError where it cannot be broken this way."""
    injury.damage(copy)
    if injury.signed:
        sign(copy)


async def break_database(
    place: Connection, injury: InDatabase | InPages, *, data_dir: Path | None = None, site: str = ""
) -> Site | None:
    """Break the copy at `place`, at `site` or where it fits best; None where the fault fits nowhere.

    Pages are damaged in the server's `data_dir`; without one they cannot be.  Raises ConnectError, OSError,
    psycopg.Error where the server gave out.
    """
    sites = await find_sites(place, _query(injury), injury.variant)
    chosen = [found for found in sites if not site or found.name == site]
    if isinstance(injury, InDatabase):
        return await break_there(place, chosen)
    if data_dir is None or not chosen:
        return None
    _damage_page(data_dir / chosen[0].path)
    return chosen[0]


async def undo(place: Connection, site: Site) -> None:
    """Undo what reaches beyond the copy.  Raises ConnectError, psycopg.Error."""
    await run_there(place, site.undo)


def _query(injury: InDatabase | InPages) -> str:
    given = injury.sql if isinstance(injury, InDatabase) else ""
    return _part("own") + (given or _part(injury.sites))


@cache
def _part(name: str) -> str:
    return files("drill_tui.faults").joinpath("sites", f"{name}.sql").read_text("utf-8")


def _damage_page(path: Path) -> None:
    """Overwrite the beginning of the second page, below the server."""
    with path.open("r+b") as file:
        file.seek(PAGE_BYTES + HEADER_BYTES)
        file.write(DAMAGE)


def _clone(source: str, target: str) -> str:
    """Share the blocks where the file system can; else copy them."""
    try:
        with Path(source).open("rb") as old, Path(target).open("xb") as new:
            fcntl.ioctl(new.fileno(), FICLONE, old.fileno())
    except OSError:
        Path(target).unlink(missing_ok=True)
        return str(shutil.copy2(source, target))
    shutil.copystat(source, target)
    return target
