"""What a target offers: frozen values.  None means that it is not known, never that it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ICU: Final = "icu"
LIBXML: Final = "libxml"
LZ4: Final = "lz4"
FEATURES: Final = (ICU, LIBXML, LZ4)
"""Parts of PostgreSQL that a build may leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A server that a backup could be restored into."""

    target: str
    """The kind of target: local, compose, external or one of another package."""
    name: str
    """In words, such as `PostgreSQL 15.20 in /usr/lib/postgresql/15/bin`."""
    place: str
    """The folder of its programs, the image, or the address."""
    major: int
    """0 where it is not known."""
    embedded: bool = False
    extensions: Mapping[str, tuple[str, ...]] | None = None
    """Versions of each extension that CREATE EXTENSION can install, the default one first."""
    features: frozenset[str] | None = None
    """Those of `FEATURES` that it is built with."""
    libraries: frozenset[str] | None = None
    """File names below `$libdir`, without the suffix."""
    locales: frozenset[str] | None = None
    """Locales of its operating system, as `plain_locale` writes them."""
    preloaded: frozenset[str] | None = None
    """Libraries that it has preloaded; None for a server of ours, which preloads what is needed."""
    cron_database: str = ""
    """`cron.database_name` of a server that is not ours."""
    tablespaces: frozenset[str] | None = None
    """Those that it has; None where stand-ins can be made for any."""
    lock_slots: int | None = None
    """Locks that it can hold at once; None for a server of ours, which is sized as needed."""
    superuser: bool = True
    obstacle: str = ""
    """Why it cannot be used at all, as a sentence; empty where it can."""
    remedy: str = ""
    """What to do about the obstacle, or about what is not known."""
    notes: tuple[str, ...] = field(default=())

    @property
    def is_of_others(self) -> bool:
        """Whether somebody else keeps that server, and its machine is not this one."""
        return self.target not in ("local", "compose")


def plain_locale(name: str) -> str:
    """A locale's name as glibc compares it: case and hyphens of the codeset do not count."""
    base, dot, codeset = name.partition(".")
    codeset, at, modifier = codeset.partition("@")
    return f"{base}{dot}{codeset.lower().replace('-', '')}{at}{modifier}"
