"""The evidence of a fleet in a store, as a folder of this machine: a copy, which may be removed.

What is written goes to the store first and then to the copy, so that the copy holds nothing that the store
lacks.  Several processes of one machine may share it: one at a time reads the store or writes.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import platformdirs

from drill_tui.engine.ports import ActionError
from drill_tui.fleet.keeper import copy_newer, is_newer
from drill_tui.sinks.atomic import write_atomically

if TYPE_CHECKING:
    from drill_tui.remote.writable import Writable

INDEX: Final = ".index.json"
LOCK: Final = ".lock"
AT_ONCE: Final = 8
Index = dict[str, str]
"""By its name below the prefix: the ETag of what lies here, and the time and size that its file then had."""


def cached_mirror(url: str) -> Path:
    """Where commands that run no drills keep their copy of a store's evidence."""
    place = hashlib.sha256(url.encode()).hexdigest()[:16]
    return platformdirs.user_cache_path("drill-tui") / "fleet" / place


class Mirror:
    """A Keeper; a store that does not answer, or may not be used, is an OSError with a sentence."""

    def __init__(self, folder: Path, url: str) -> None:
        """Asks nothing yet."""
        self._folder, self._url = folder, url
        self._connected: Writable | None = None

    def prepare(self) -> None:
        """Before drills: whether the store can be written, and keeps what is to be written once."""
        with self._locked():
            self._store().refuse_unless_it_writes_once()

    def refresh(self, folder: Path) -> None:
        with self._locked():
            below = "" if folder == self._folder else self._name(folder)
            there = {name: etag for name, etag in self._store().listed(below).items() if _is_plain(name)}
            index = self._read_index()
            here = set(self._files(folder))
            wanted = [n for n, e in there.items() if n not in here or index.get(n) != self._seal(n, e)]
            if not wanted and here == there.keys():
                return
            for name in here - there.keys():
                (self._folder / name).unlink(missing_ok=True)
            kept = {n: e for n, e in index.items() if n in there or not _is_below(n, below)}
            try:
                with ThreadPoolExecutor(AT_ONCE) as pool:
                    kept.update(pool.map(self._bring, wanted))
            finally:
                self._write_index(kept)

    def keep(self, files: Iterable[tuple[Path, Path]]) -> None:
        with self._locked():
            index = self._read_index()
            known = dict(index)
            try:
                for file, to in files:
                    if is_newer(file, to):
                        name, time_ns = self._name(to), file.stat().st_mtime_ns
                        etag = self._store().put(name, file.read_bytes(), time_ns)
                        copy_newer(file, to)
                        index[name] = self._seal(name, etag)
            finally:
                if index != known:
                    self._write_index(index)

    def write(self, path: Path, text: str) -> None:
        with self._locked():
            self._store().put(self._name(path), _encoded(text), time.time_ns())
            self._bring_known(self._name(path))

    def write_new(self, path: Path, text: str) -> bool:
        with self._locked():
            is_first = self._store().put_new(self._name(path), _encoded(text), time.time_ns())
            self._bring_known(self._name(path))
        return is_first

    def _bring_known(self, name: str) -> None:
        """What is there now, be it ours or another host's."""
        name, seal = self._bring(name)
        self._write_index(self._read_index() | {name: seal})

    def _bring(self, name: str) -> tuple[str, str]:
        data, etag, time_ns = self._store().get(name)
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            draft.write_bytes(data)
            os.utime(draft, ns=(time_ns, time_ns))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return name, self._seal(name, etag)

    def _seal(self, name: str, etag: str) -> str:
        """Tells a file that was changed here, which is then fetched again."""
        told = (self._folder / name).stat()
        return f"{etag} {told.st_mtime_ns} {told.st_size}"

    def _store(self) -> Writable:
        if self._connected is None:
            from drill_tui.remote.writable import Writable

            self._connected = Writable(self._url)
        return self._connected

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _files(self, folder: Path) -> Iterator[str]:
        """What lies here, drafts of a process that died included."""
        for path in folder.rglob("*"):
            if path.is_file() and self._name(path) not in (INDEX, LOCK):
                yield self._name(path)

    def _read_index(self) -> Index:
        try:
            return dict(json.loads((self._folder / INDEX).read_bytes()))
        except (FileNotFoundError, ValueError):
            return {}

    def _write_index(self, index: Index) -> None:
        write_atomically(self._folder / INDEX, json.dumps(index, sort_keys=True) + "\n")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """For the block nobody else here changes the copy; what the store refuses becomes an OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        except ActionError as error:
            raise OSError(errno.EIO, str(error)) from error
        finally:
            os.close(descriptor)


def _is_plain(name: str) -> bool:
    """Whether a name of an object is that of a file below the folder, and none of the copy's own."""
    path = PurePosixPath(name)
    is_own = len(path.parts) == 1 and name.startswith(".")
    return (
        path.as_posix() == name
        and name != "."
        and not path.is_absolute()
        and ".." not in path.parts
        and not is_own
        and "\0" not in name
    )


def _is_below(name: str, folder: str) -> bool:
    return not folder or name.startswith(f"{folder}/")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")
