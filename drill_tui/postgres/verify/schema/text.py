"""pg_dump's schema output, cut into objects that can be compared one by one.

Every object is preceded by a comment `-- Name: …; Type: …; Schema: …; Owner: …` (pg_dump's
`_printTocEntry`); pg_dump and `pg_restore -f -` write it alike.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from drill_tui.postgres.verify.names import identifier, printable

_HEADER = re.compile(
    r"-- (?:Data for )?Name: (?P<name>.*); Type: (?P<type>[A-Z ]+); "
    r"Schema: (?P<schema>.*?); Owner: (?P<owner>.*?)(?:; Tablespace: (?P<tablespace>.*))?"
)
_ACCESS_METHOD = re.compile(r"SET default_table_access_method = (.*);")
_SESSION_STATE = re.compile(
    r"SET default_tablespace = .*;|SET SESSION AUTHORIZATION .*;|SET search_path = .*;|\\(?:un)?restrict .*"
)
_TRAILER = "-- PostgreSQL database dump complete"
_ENCODING = re.compile(rb"^SET client_encoding = '([^']+)';$", re.MULTILINE)
_CONTENT = frozenset({"TABLE DATA", "MATERIALIZED VIEW DATA", "SEQUENCE SET", "STATISTICS DATA", "BLOBS"})
_STORED_WITH_AN_ACCESS_METHOD = ("TABLE", "MATERIALIZED VIEW")
_STATISTICS_TARGET = re.compile(r"ALTER INDEX .* ALTER COLUMN \d+ SET STATISTICS -?\d+;")
"""Of a constraint's index: pg_dump leaves it out before 15.20, 16.16, 17.12 and 18.7, and two dumps that are
compared may be of two releases.  The catalog is read for it."""
_COLUMN_OPTIONS = re.compile(r"(ALTER (?:\w+ )*TABLE ONLY .* ALTER COLUMN .* SET) \((.*)\);")
_BOOKKEEPING = "pg_attver="
"""An option that servers from 15.20, 16.16, 17.12 and 18.7 on keep for themselves in every column; pg_dump of
an earlier minor release takes it for the user's, and its value differs in every database."""
_STREAMING_OFF, STREAMING_PARALLEL = ", streaming = off", ", streaming = parallel"
"""The defaults before 18, which pg_dump leaves out until then and writes from 18 on, and from 18 on."""


@dataclass(frozen=True, slots=True, order=True)
class ObjectKey:
    """What identifies an object in a dump.  `name` of a dependent one starts with its table's name."""

    type: str
    schema: str
    name: str

    def __str__(self) -> str:
        where = f"{identifier(self.schema)}." if self.schema not in ("", "-") else ""
        return f"{self.type} {where}{printable(self.name)}"


Objects = Mapping[ObjectKey, tuple[str, ...]]
"""Texts by key; several objects can share a key."""


def client_encoding(dump: bytes) -> str:
    """The encoding that a dump says it is written in, by PostgreSQL's name."""
    found = _ENCODING.search(dump[:10_000])
    return found.group(1).decode("ascii", "replace") if found else "UTF8"


def decode(dump: bytes) -> str:
    """The dump as text.  Undecodable bytes survive as surrogates, so that they still compare."""
    name = client_encoding(dump)
    try:
        codec = codecs.lookup(re.sub(r"^WIN(\d)", r"cp\1", name)).name
    except LookupError:
        codec = "utf-8"
    try:
        return dump.decode(codec)
    except (UnicodeDecodeError, UnicodeError):
        return dump.decode("utf-8", "surrogateescape")


def split(dump: str) -> Objects:
    """Cut a dump into its objects.  Order, session settings and random keys do not matter afterwards."""
    found: dict[ObjectKey, list[str]] = defaultdict(list)
    for key, lines in _sections(dump.split("\n")):
        if key.type in _CONTENT:
            continue
        found[key].append(_normalised(key, lines))
    return {key: tuple(sorted(texts)) for key, texts in found.items()}


def _sections(lines: list[str]) -> Iterator[tuple[ObjectKey, list[str]]]:
    key: ObjectKey | None = None
    body: list[str] = []
    access_method = ""
    index = 0
    while index < len(lines):
        line = lines[index]
        if line == "--" and index + 2 < len(lines) and lines[index + 2] == "--":
            if lines[index + 1] == _TRAILER:
                break
            header = _HEADER.fullmatch(lines[index + 1])
            if header:
                if key is not None:
                    yield key, body
                key = ObjectKey(header["type"], header["schema"], header["name"])
                body = [access_method] if access_method and key.type in _STORED_WITH_AN_ACCESS_METHOD else []
                body += [f"-- tablespace {header['tablespace']}"] if header["tablespace"] else []
                index += 3
                continue
        switched = _ACCESS_METHOD.fullmatch(line)
        if switched:
            access_method = "" if switched[1] == "heap" else f"-- table access method {switched[1]}"
        elif not _SESSION_STATE.fullmatch(line):
            body.append(line)
        index += 1
    if key is not None:
        yield key, body


def _normalised(key: ObjectKey, lines: list[str]) -> str:
    kept = "\n".join(lines).strip("\n").split("\n")
    if "ACL" in key.type:
        kept = sorted(line for line in kept if line)
    if key.type == "CONSTRAINT":
        kept = [line for line in kept if not _STATISTICS_TARGET.fullmatch(line)]
        kept = "\n".join(kept).strip("\n").split("\n")
    if key.type == "SUBSCRIPTION":
        kept = [line.replace(_STREAMING_OFF, "") for line in kept]
    if "TABLE" in key.type:
        kept = [line for line in map(_without_bookkeeping, kept) if line]
    return "\n".join(kept)


def _without_bookkeeping(line: str) -> str:
    found = _COLUMN_OPTIONS.fullmatch(line)
    if found is None or _BOOKKEEPING not in found[2]:
        return line
    options = [option for option in found[2].split(", ") if not option.startswith(_BOOKKEEPING)]
    return f"{found[1]} ({', '.join(options)});" if options else ""
