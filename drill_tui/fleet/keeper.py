"""Where a fleet's evidence is kept, as a folder; what is to be said there, and in what order, others know."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from drill_tui.sinks.atomic import write_atomically, write_new


class Keeper(Protocol):
    """Keeps files below the folder of the evidence.  Its methods block, and each raises OSError."""

    def prepare(self) -> None:
        """Before drills begin: whether it can hold what becomes of them."""

    def refresh(self, folder: Path) -> None:
        """Have there what is kept by now: of the whole, or of one database."""

    def keep(self, files: Iterable[tuple[Path, Path]]) -> None:
        """Copy each file to its place in turn, where that does not hold it, or one that is not older."""

    def write(self, path: Path, text: str) -> None:
        """Over whatever is there."""

    def write_new(self, path: Path, text: str) -> bool:
        """Only if nothing is there; whoever comes first wins, from whatever host.  What won is there then."""


class PlainFolder:
    """A folder that every host can write."""

    def prepare(self) -> None:
        """Nothing is asked of a folder before something is to be written there."""

    def refresh(self, folder: Path) -> None:
        """What is there is what is kept."""

    def keep(self, files: Iterable[tuple[Path, Path]]) -> None:
        for file, to in files:
            copy_newer(file, to)

    def write(self, path: Path, text: str) -> None:
        write_atomically(path, text)

    def write_new(self, path: Path, text: str) -> bool:
        return write_new(path, text)


PLAIN_FOLDER: Final = PlainFolder()


def is_newer(file: Path, than: Path) -> bool:
    """Whether a file is not kept yet as it is: by its time, which goes along with it."""
    return not than.exists() or than.stat().st_mtime_ns < file.stat().st_mtime_ns


def copy_newer(file: Path, to: Path) -> None:
    """Whole or not at all, with its time: that says which of two is newer.  Raises OSError."""
    if not is_newer(file, to):
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_name(f".{to.name}.{secrets.token_hex(4)}")
    try:
        shutil.copy2(file, draft)
        os.replace(draft, to)  # noqa: PTH105 - also over a file of the same name
    finally:
        draft.unlink(missing_ok=True)
