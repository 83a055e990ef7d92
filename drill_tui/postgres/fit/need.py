"""What a backup, or the database that is about to be backed up, needs of a server: frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Extension:
    name: str
    version: str = ""
    """Empty where the backup does not say: CREATE EXTENSION in an archive names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Everything that can be known before a restore; `unknown` says what cannot."""

    origin: str
    """Whose needs these are, in words."""
    major: int
    """Major version of the server that the data comes from; 0 where nothing says it."""
    extensions: tuple[Extension, ...] = ()
    encoding: str = "UTF8"
    locales: tuple[str, ...] = ()
    """Locales of the operating system: the database's and those of its own collations."""
    icu: tuple[str, ...] = ()
    """What sorts by ICU: the database itself, and collations by name."""
    xml_columns: tuple[str, ...] = ()
    lz4_columns: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Procedural languages that belong to no extension."""
    libraries: tuple[str, ...] = ()
    """Shared libraries of C functions that belong to no extension, as pg_proc.probin names them."""
    tablespaces: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    relations: int = 0
    """Tables, partitions, indexes and sequences, of which one transaction may lock all."""
    locks_per_transaction: int = 0
    """The source's `max_locks_per_transaction`; 0 where nothing says it."""
    remote_views: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Materialized views over foreign tables, each with the servers that it reads from."""
    size_bytes: int = 0
    unknown: tuple[str, ...] = field(default=())
    """What nothing here tells, in sentences."""

    @property
    def extension_names(self) -> tuple[str, ...]:
        return tuple(extension.name for extension in self.extensions)
