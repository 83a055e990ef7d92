"""Watches what code does to the file system: for input that must never make it write somewhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PATHS_AND_FOLDERS: Final = {
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.truncate": ((0, None),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
}
"""Where an audit event's arguments hold a path, and the open folder that it is relative to."""
PROGRAMS: Final = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork")

_home: Path | None = None
_broken: list[str] = []


@contextmanager
def confined_to(home: Path) -> Iterator[None]:
    """Fails on a write, a rename or a removal outside of `home`, even a swallowed one, and on any program."""
    global _home
    no_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    _broken.clear()
    _home = home.resolve()
    try:
        yield
    finally:
        _home = None
        sys.dont_write_bytecode = no_bytecode
    assert not _broken


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _home is None:
        return
    if event in PROGRAMS or not all(path.is_relative_to(_home) for path in _changed(event, arguments)):
        _broken.append(f"{event} {arguments}")
        raise AssertionError(f"outside of {_home}: {event} {arguments}")


def _changed(event: str, arguments: tuple[Any, ...]) -> Iterator[Path]:
    """A folder counts where its links lead to; the last name may be a link that is itself removed."""
    if event == "open":
        path, _, flags = arguments
        if not isinstance(path, int) and flags & WRITING:
            yield Path(os.fsdecode(path)).resolve()
    for at, folder_at in PATHS_AND_FOLDERS.get(event, ()):
        folder = -1 if folder_at is None else arguments[folder_at]
        if isinstance(arguments[at], int):
            yield _opened(arguments[at])
        else:
            path = (Path() if folder == -1 else _opened(folder)) / os.fsdecode(arguments[at])
            yield path.resolve() if path.name == ".." else path.parent.resolve() / path.name


def _opened(descriptor: int) -> Path:
    return Path(f"/proc/self/fd/{descriptor}").resolve()


sys.addaudithook(_watch)
