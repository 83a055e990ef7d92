"""What a dump that somebody else made needs: read from its definitions, as pg_dump writes them.

Nothing of it is run.  Only statements that begin a line outside of function bodies, strings of several lines
and rows of data count, so that text in a database cannot pose as a need.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from drill_tui.postgres.fit.need import Extension, Need

_NAME: Final = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_QUALIFIED: Final = rf"{_NAME}(?:\.{_NAME})*"
_HEADER: Final = re.compile(r"^-- Dumped from database version (\d+)")
_ENCODING: Final = re.compile(r"^SET client_encoding = '([A-Za-z0-9_]+)';$")
_EXTENSION: Final = re.compile(rf"^CREATE EXTENSION (?:IF NOT EXISTS )?({_NAME})")
_COLLATION: Final = re.compile(rf"^CREATE COLLATION ({_QUALIFIED}) \((.*)\);$")
_LIBC_LOCALE: Final = re.compile(r"(?:locale|lc_collate|lc_ctype) = '([^']*)'")
_TABLESPACE: Final = re.compile(rf"^SET default_tablespace = ({_NAME}|'');$")
_LZ4: Final = re.compile(
    rf"^ALTER (?:TABLE|MATERIALIZED VIEW) (?:ONLY )?({_QUALIFIED}) ALTER COLUMN ({_NAME}) "
    r"SET COMPRESSION lz4;$"
)
_LANGUAGE: Final = re.compile(rf"^CREATE (?:OR REPLACE )?(?:TRUSTED )?(?:PROCEDURAL )?LANGUAGE ({_NAME})")
_IN_C: Final = re.compile(r"^    AS '([^']+)', '")
_TABLE: Final = re.compile(rf"^CREATE (?:UNLOGGED )?TABLE ({_QUALIFIED}) \($")
_XML: Final = re.compile(rf"^    ({_NAME}) xml(?:\[\])*(?: |,|$)")
_RELATION: Final = re.compile(
    r"^CREATE (?:UNLOGGED |FOREIGN )?(?:TABLE|SEQUENCE|(?:UNIQUE )?INDEX|MATERIALIZED VIEW) |"
    r"^    ADD CONSTRAINT .* (?:PRIMARY KEY|UNIQUE|EXCLUDE) "
)
_COPY: Final = re.compile(rf"^COPY ({_QUALIFIED}) .*FROM stdin;$")
_QUOTE: Final = re.compile(r"\$[A-Za-z_0-9]*\$")


@dataclass(slots=True)
class _Seen:
    major: int = 0
    encoding: str = "UTF8"
    extensions: list[str] = field(default_factory=list)
    icu: list[str] = field(default_factory=list)
    locales: list[str] = field(default_factory=list)
    tablespaces: list[str] = field(default_factory=list)
    lz4: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    xml: list[str] = field(default_factory=list)
    relations: int = 0
    table: str = ""


def need_of_script(lines: Iterable[str], origin: str, major: int = 0) -> Need:
    """Read definitions, from `pg_restore --schema-only` or plain SQL.

    `major` is the source's version where an archive's header tells it.
    """
    seen = _Seen(major=major)
    for line in _statements(lines):
        _take(line, seen)
    return Need(
        origin=origin,
        major=seen.major,
        extensions=tuple(Extension(name) for name in dict.fromkeys(seen.extensions)),
        encoding=seen.encoding,
        locales=tuple(dict.fromkeys(seen.locales)),
        icu=tuple(seen.icu),
        xml_columns=tuple(seen.xml),
        lz4_columns=tuple(seen.lz4),
        languages=tuple(seen.languages),
        libraries=tuple(dict.fromkeys(seen.libraries)),
        tablespaces=tuple(dict.fromkeys(seen.tablespaces)),
        relations=seen.relations,
        unknown=(
            "The dump says neither the versions of its extensions nor the source's settings and roles.",
        ),
    )


def _statements(lines: Iterable[str]) -> Iterator[str]:
    """Lines without rows of data and without bodies between dollar quotes."""
    rows, body = False, ""
    for raw in lines:
        line = raw.rstrip("\r\n")
        if rows:
            rows = line != "\\."
        elif body:
            body = "" if body in line else body
        else:
            yield line
            rows = _COPY.match(line) is not None
            quotes = _QUOTE.findall(line)
            body = quotes[-1] if len(quotes) % 2 else ""


def _take(line: str, seen: _Seen) -> None:
    if _RELATION.match(line):
        seen.relations += 1
    for pattern, found in (
        (_EXTENSION, seen.extensions),
        (_LANGUAGE, seen.languages),
        (_IN_C, seen.libraries),
        (_TABLESPACE, seen.tablespaces),
    ):
        if (match := pattern.match(line)) and match[1] != "''":
            found.append(_plain(match[1]))
    if match := _HEADER.match(line):
        seen.major = int(match[1])
    elif match := _ENCODING.match(line):
        seen.encoding = match[1]
    elif match := _COLLATION.match(line):
        if "provider = icu" in match[2]:
            seen.icu.append(f"collation {match[1]}")
        elif "provider = libc" in match[2]:
            seen.locales += _LIBC_LOCALE.findall(match[2])
    elif match := _LZ4.match(line):
        seen.lz4.append(f"{match[1]}.{match[2]}")
    elif match := _TABLE.match(line):
        seen.table = match[1]
    elif match := _XML.match(line):
        seen.xml.append(f"{seen.table}.{match[1]}")


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
