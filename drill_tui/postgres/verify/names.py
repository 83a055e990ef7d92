"""Names out of a database, fit to be shown: hostile ones stay on one line and do nothing to a terminal."""

from __future__ import annotations

import re

_SIMPLE = re.compile(r"[a-z_][a-z0-9_$]*")


def printable(text: str) -> str:
    """The text with control characters, escapes and undecodable bytes written out (`\\n`, `\\x1b`)."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def identifier(name: str) -> str:
    """A name as it is written in SQL: quoted only where it has to be."""
    return name if _SIMPLE.fullmatch(name) else '"' + printable(name).replace('"', '""') + '"'


def shown(schema: str, name: str) -> str:
    """`schema.name`, quoted where needed."""
    return f"{identifier(schema)}.{identifier(name)}" if schema else identifier(name)


def listed(items: list[str], limit: int = 3) -> str:
    """`a, b, c and 4 more`."""
    first = ", ".join(items[:limit])
    return first if len(items) <= limit else f"{first} and {len(items) - limit:,} more"


def counted(number: int, singular: str, plural: str = "") -> str:
    """`1 table`, `2,000 tables`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
