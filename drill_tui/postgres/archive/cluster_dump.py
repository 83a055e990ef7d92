"""A pg_dumpall script taken apart: which databases it holds, and one of them as a script of its own.

pg_dumpall writes the roles, and then, one behind the other, what `pg_dump --create` says of each database,
under a line `-- Database "NAME" dump` and behind a `\\connect` (pg_dumpall.c, dumpDatabases).  Only the part
behind that `\\connect` is taken: what makes and sets the database itself names it, and a drill restores it
under another name.  A word of psql inside a COPY is data, and so is one between `\\restrict KEY` and
`\\unrestrict KEY` (from 14.19, 15.14, 16.10, 17.6).
"""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

from drill_tui.postgres.archive.forms import CLUSTER, HEADER, TRAILER, open_plain
from drill_tui.postgres.client.errors import BackupBadError

CLUSTER_TRAILER: Final = b"-- PostgreSQL database cluster dump complete"
GLOBALS_SUFFIX: Final = ".globals.sql"
"""Of the roles that stand beside a dump: `shop.sql.globals.sql`."""
_SECTION: Final = re.compile(rb'^-- Database "(.*)" dump\r?$')
_COPY: Final = re.compile(rb"^COPY .* FROM stdin;\r?$")
_RESTRICT: Final = re.compile(rb"^\\restrict ([A-Za-z0-9]+)\s*$")
_COMMAND: Final = re.compile(rb"^\\(?:c|connect|encoding|restrict|unrestrict)\b")
_CONNECT: Final = re.compile(rb"^\\c(?:onnect)?\b")
_ENTRY: Final = re.compile(rb"^-- (?:Data for )?Name: (.*); Type: ([A-Z ]+); Schema: ")
_ORIGIN: Final = (b"-- Dumped ", b"-- Started on ")
_OF_ITSELF: Final = (b"DATABASE", b"DATABASE PROPERTIES")
_PASSWORD: Final = re.compile(rb"^((?:CREATE|ALTER) ROLE .*?) PASSWORD '(?:[^']|'')*'")
_DROP: Final = re.compile(rb"^DROP (?:ROLE|DATABASE|TABLESPACE) ")


@dataclass(frozen=True, slots=True)
class Section:
    """`entries` counts what is in the database, as pg_dump lists it."""

    name: str
    entries: int


class _Line(NamedTuple):
    database: str | None
    """None before the first one."""
    text: bytes
    """Without the end of the line."""
    kind: Literal["sql", "data", "psql"]
    """`data` is a row of a COPY; `psql` a command of psql's own."""


def sections(script: Path, stop: threading.Event) -> tuple[Section, ...]:
    """The databases in the order of the script, which is read to its end, or until `stop` is set.

    Raises BackupBadError where it is cut off, and OSError.
    """
    counts: dict[str, int] = {}
    for line in _whole(script, stop):
        _count(counts, line)
    return _sections(counts)


def take_out(script: Path, database: str, to: Path, stop: threading.Event) -> tuple[Section, ...]:
    """Write the database's own script to the file `to`, and the roles, without passwords, beside it.

    Returns the databases that there are; `to` stays empty where `database` is none of them.
    Raises BackupBadError where the script is cut off, and OSError.
    """
    counts: dict[str, int] = {}
    roles = to.with_name(to.name + GLOBALS_SUFFIX)
    with to.open("xb") as part, roles.open("xb") as head:
        keeper = _Keeper()
        for line in _whole(script, stop):
            if line.database is None:
                head.writelines(_of_roles(line.text))
                continue
            _count(counts, line)
            if line.database == database:
                part.writelines(text + b"\n" for text in keeper.kept(line))
    if database in counts and not keeper.is_whole:
        raise BackupBadError(
            f"{script.name}: the part of {database!a} has no end, so pg_dumpall broke off in it"
        )
    return _sections(counts)


def sign(part: Path) -> None:
    """Leave `FILE.sha256` beside it, as `sha256sum` writes it.  Raises OSError."""
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    part.with_name(f"{part.name}.sha256").write_text(f"{digest}  {part.name}\n", "utf-8")


class _Keeper:
    """What of one database's part belongs into a script of its own."""

    def __init__(self) -> None:
        self._session: list[bytes] | None = []
        """Settings since the last `\\connect`; None once the first entry of the database was met."""
        self._origin: list[bytes] = []
        self._key = b""
        self._skipping = False
        self.is_whole = False

    def kept(self, line: _Line) -> Iterable[bytes]:
        text = line.text
        if self.is_whole or (line.kind == "data" and self._skipping):
            return ()
        if line.kind == "data":
            return (text,)
        if line.kind == "psql":
            return self._command(text)
        if text == TRAILER:
            self.is_whole = True
            end = [b"\\unrestrict " + self._key] if self._key else []
            return (*self._begin(), text, b"--", b"", *end)
        entry = _ENTRY.match(text)
        if entry is not None:
            self._skipping = _is_of_itself(entry)
            return () if self._skipping else (*self._begin(), text)
        if self._skipping:
            return ()
        if self._session is None:
            return (text,)
        if text.startswith(_ORIGIN):
            self._origin.append(text)
        elif text and not text.startswith(b"--"):
            self._session.append(text)
        return ()

    def _command(self, text: bytes) -> Iterable[bytes]:
        if restrict := _RESTRICT.match(text):
            self._key = restrict[1]
        if not _CONNECT.match(text):
            return ()
        if self._session is None:
            return (text,)
        self._session, self._skipping = [], False
        return ()

    def _begin(self) -> list[bytes]:
        session, self._session = self._session, None
        if session is None:
            return []
        begin = [b"\\restrict " + self._key, b""] if self._key else []
        return [b"--", HEADER, b"--", b"", *begin, *self._origin, b"", *session, b"", b"--"]


def _count(counts: dict[str, int], line: _Line) -> None:
    """Add the entry that a line begins to those of its database."""
    if line.database is not None and line.kind != "data":
        counts[line.database] = counts.get(line.database, 0) + _is_content(line.text)


def _sections(counts: Mapping[str, int]) -> tuple[Section, ...]:
    return tuple(Section(name, entries) for name, entries in counts.items())


def _is_of_itself(entry: re.Match[bytes]) -> bool:
    return entry[2] in _OF_ITSELF or entry[1].startswith(b"DATABASE ")


def _is_content(text: bytes) -> bool:
    entry = _ENTRY.match(text)
    return entry is not None and not _is_of_itself(entry)


def _of_roles(text: bytes) -> Iterable[bytes]:
    if not _DROP.match(text):
        yield _PASSWORD.sub(rb"\1", text) + b"\n"


def _whole(script: Path, stop: threading.Event) -> Iterator[_Line]:
    last = b""
    try:
        with open_plain(script) as file:
            for line in _walked(text.rstrip(b"\n") for text in file):
                if stop.is_set():
                    return
                yield line
                last = line.text.rstrip(b"\r") if line.text.startswith(CLUSTER) else last
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BackupBadError(f"{script.name} is cut off or damaged: {error}") from None
    if last != CLUSTER_TRAILER:
        raise BackupBadError(
            f"{script.name} is cut off: it does not end with pg_dumpall's {CLUSTER_TRAILER.decode()!r}",
            advice="Take another dump, and check pg_dumpall's exit code (in a pipeline: set -o pipefail).",
        )


def _walked(lines: Iterable[bytes]) -> Iterator[_Line]:
    database: str | None = None
    key, in_data = b"", False
    for text in lines:
        if in_data:
            in_data = text.rstrip(b"\r") != b"\\."
            yield _Line(database, text, "data")
            continue
        is_command = not key and bool(_COMMAND.match(text))
        if key and text.rstrip() == b"\\unrestrict " + key:
            key, is_command = b"", True
        elif not key and (restrict := _RESTRICT.match(text)):
            key = restrict[1]
        elif not key and (section := _SECTION.match(text)):
            database = section[1].decode("utf-8", "surrogateescape")
        yield _Line(database, text, "psql" if is_command else "sql")
        in_data = bool(_COPY.match(text))
