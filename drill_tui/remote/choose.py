"""The newest complete backup of a place in a store, judged by the same rules as one on a disk.

The first bytes of what lies there are laid into a folder, under the same names and with the same times, and
the rules for folders (`postgres/archive/latest.py`) say which of them are backups and when each is from.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from drill_tui.engine.ports import ActionError
from drill_tui.postgres.archive.beside import witness_names
from drill_tui.postgres.archive.candidate import Candidate
from drill_tui.postgres.archive.integrity import read_checksums
from drill_tui.postgres.archive.latest import Log, NoBackupError, candidates
from drill_tui.postgres.archive.manifest import CHECKSUMS_NAME, DUMP_NAME, MANIFEST_NAME, WITNESS_SUFFIX
from drill_tui.postgres.client.errors import RestoreError
from drill_tui.remote.faults import ChangedError, UnreadableError
from drill_tui.remote.store import Store, Stored

AT_ONCE: Final = 8
BATCH: Final = 16
HEAD_BYTES: Final = 128 * 1024
"""Holds what tells a form and its time, also where it is packed: 64 KiB of text never need more."""
WHOLE_BYTES: Final = 64 * 1024 * 1024
"""A manifest and a list of checksums are read whole, up to here."""
TOC_NAME: Final = "toc.dat"
CLOCKS: Final = timedelta(days=1)
"""An archive's own time has no zone: by so much it may seem newer than its upload."""
LATEST: Final = datetime.max.replace(tzinfo=UTC)
NAME_BYTES: Final = 255


@dataclass(frozen=True, slots=True)
class Found:
    """A complete backup in a store; `objects` are all of it, each with its name below the backup."""

    candidate: Candidate
    """Its path is that of its first bytes on this machine."""
    url: str
    objects: tuple[tuple[str, Stored], ...]
    is_folder: bool
    witness: Stored | None
    """What `drill-tui witness` left beside it."""

    @property
    def name(self) -> str:
        return self.candidate.path.name

    @property
    def size(self) -> int:
        return sum(one.size for _, one in self.objects)


@dataclass(frozen=True, slots=True)
class _Unit:
    """What may be one backup, with the objects that tell whether it is."""

    entry: Stored
    heads: tuple[Stored, ...]
    holds_dump: bool = False
    witness: Stored | None = None

    @property
    def modified(self) -> datetime:
        return max((one.modified or LATEST for one in self.heads), default=LATEST)


def newest(store: Store, heads: Path, log: Log) -> tuple[Found, Sequence[str]]:
    """With what could not be read, and may be newer.  Raises ActionError, NoBackupError if there is none."""
    best: Found | None = None
    unread: list[str] = []
    units = _units(store, log)
    for start in range(0, len(units), BATCH):
        if best is not None and units[start].modified + CLOCKS < best.candidate.at:
            break
        for found in _judged(store, units[start : start + BATCH], heads / str(start), log, unread):
            if best is None or found.candidate.at > best.candidate.at:
                best = found
    if best is None and unread:
        raise ActionError(f"Nothing that can be read in {store.url} is a backup. {unread[0]}")
    if best is None:
        raise NoBackupError(f"{store.url} holds no complete backup; check the job that makes them")
    return best, unread


def every(store: Store, heads: Path, log: Log) -> Iterator[Found]:
    """Every complete backup directly below the place, in no order.  Raises ActionError."""
    units = _units(store, log)
    for start in range(0, len(units), BATCH):
        yield from _judged(store, units[start : start + BATCH], heads / str(start), log, [])


def _units(store: Store, log: Log) -> list[_Unit]:
    """What lies there, the latest upload first; the place itself where it is one backup."""
    entries = store.entries(store.path)
    if len(entries) == 1 and entries[0].path == store.path:
        return [_with_witness(store, _Unit(entries[0], (entries[0],)))]
    itself = _folder_unit(Stored(store.path, 0, None, "", is_folder=True), entries)
    if itself.heads:
        return [_with_witness(store, itself)]
    named: dict[str, Stored] = {}
    for entry in entries:
        if not _is_file_name(entry.name):
            log(f"Passed over, no name for a file: {store.url_of(entry.path)!r}")
        elif entry.name in named:
            log(f"Passed over, an object and a folder have this name: {store.url_of(entry.path)}")
        else:
            named[entry.name] = entry
    witnesses = {name: named.pop(name) for name in list(named) if name.endswith(WITNESS_SUFFIX)}
    folders = [entry for entry in named.values() if entry.is_folder]
    with ThreadPoolExecutor(store.at_once(AT_ONCE)) as pool:
        insides = list(pool.map(lambda entry: store.entries(entry.path), folders))
    units = [_Unit(entry, (entry,)) for entry in named.values() if not entry.is_folder]
    units += [_folder_unit(entry, inside) for entry, inside in zip(folders, insides, strict=True)]
    units = [replace(unit, witness=_first(witnesses, witness_names(unit.entry.name))) for unit in units]
    return sorted(units, key=lambda unit: unit.modified, reverse=True)


def _with_witness(store: Store, unit: _Unit) -> _Unit:
    parent = unit.entry.path.removesuffix(unit.entry.name)
    beside = (store.one(f"{parent}{name}") for name in witness_names(unit.entry.name))
    return replace(unit, witness=next((one for one in beside if one is not None), None))


def _first(witnesses: Mapping[str, Stored], names: Iterable[str]) -> Stored | None:
    return next((witnesses[name] for name in names if name in witnesses), None)


def _folder_unit(entry: Stored, inside: Sequence[Stored]) -> _Unit:
    telling = {MANIFEST_NAME, CHECKSUMS_NAME, TOC_NAME}
    heads = tuple(one for one in inside if not one.is_folder and one.name in telling)
    return _Unit(entry, heads, any(one.is_folder and one.name == DUMP_NAME for one in inside))


def _judged(
    store: Store, units: Sequence[_Unit], folder: Path, log: Log, unread: list[str]
) -> Iterator[Found]:
    """The backups among them; why others could not be read is added to `unread`."""
    folder.mkdir(parents=True)
    with ThreadPoolExecutor(store.at_once(AT_ONCE)) as pool:
        problems = [why for why in pool.map(lambda unit: _mirror(store, unit, folder), units) if why]
    for problem in problems:
        log(f"Passed over: {problem}")
    unread += problems
    by_name = {unit.entry.name: unit for unit in units}

    def said(line: str) -> None:
        log(line.replace(f"{folder}/", f"{store.url}/"))

    for candidate in candidates(folder, said, clusters=True):
        unit = by_name[candidate.path.name]
        entry = unit.entry
        objects = _objects(store, entry)
        url = store.url_of(entry.path)
        lack = _incomplete(candidate, objects)
        if lack:
            log(f"Passed over: {url}: {lack}")
        else:
            yield Found(candidate, url, objects, entry.is_folder, unit.witness)


def _mirror(store: Store, unit: _Unit, folder: Path) -> str:
    """Lay down what the rules for folders need to see of it.  Why it cannot be read, else nothing."""
    try:
        _lay_heads(store, unit, folder / unit.entry.name)
    except (ChangedError, UnreadableError) as error:
        top = folder / unit.entry.name
        shutil.rmtree(top, ignore_errors=True)
        top.unlink(missing_ok=True)
        return str(error)
    return ""


def _lay_heads(store: Store, unit: _Unit, top: Path) -> None:
    if unit.witness is not None:
        (top.parent / unit.witness.name).write_bytes(store.head(unit.witness, WHOLE_BYTES))
    if unit.entry.is_folder:
        top.mkdir()
        if unit.holds_dump:
            (top / DUMP_NAME).mkdir()
    for one in unit.heads:
        path = top / one.name if unit.entry.is_folder else top
        whole = one.name in (MANIFEST_NAME, CHECKSUMS_NAME) and unit.entry.is_folder
        path.write_bytes(store.head(one, WHOLE_BYTES if whole else HEAD_BYTES))
        if unit.witness is not None and not whole:
            os.truncate(path, one.size)  # a hole: a witness is held against the size of its dump
        if one.modified is not None:
            os.utime(path, (one.modified.timestamp(),) * 2)


def _objects(store: Store, entry: Stored) -> tuple[tuple[str, Stored], ...]:
    if not entry.is_folder:
        return ((entry.name, entry),)
    found = [(one.path.removeprefix(f"{entry.path}/"), one) for one in store.below(entry.path)]
    return tuple(sorted(found))


def _incomplete(candidate: Candidate, objects: Sequence[tuple[str, Stored]]) -> str:
    """Why it is not whole, as a sentence; empty where nothing says so."""
    for name, _ in objects:
        if not all(_is_file_name(part) for part in name.split("/")):
            return f"it holds an object whose name cannot be a file's: {name!r}"
    if candidate.kind != "drill-tui":
        return ""
    try:
        listed = read_checksums(candidate.path / CHECKSUMS_NAME)
    except (OSError, RestoreError) as error:
        return f"{error}: it is not complete, or still being uploaded"
    missing = sorted(set(listed) - {name for name, _ in objects})
    if not missing:
        return ""
    absent = f"{len(missing)} of {len(listed)} files are not there (first {missing[0]})"
    return f"{absent}: it is not complete, or still being uploaded"


def _is_file_name(name: str) -> bool:
    return name not in ("", ".", "..") and "\0" not in name and len(os.fsencode(name)) <= NAME_BYTES


def refuse_unsafe(names: Sequence[str]) -> None:
    """Raises ActionError for two names of which one would have to be a file and a folder."""
    folders = {"/".join(name.split("/")[:depth]) for name in names for depth in range(1, name.count("/") + 1)}
    both = folders & set(names)
    if both:
        raise ActionError(f"The backup holds an object and a folder of one name: {min(both)}")
