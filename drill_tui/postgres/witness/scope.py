"""A dump of some of the objects: the witness told anew, of those that the archive lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.archive.witness import DatabaseWitness
from drill_tui.postgres.client.catalog import quoted
from drill_tui.postgres.verify.names import listed

TYPES: Final = {"r": "TABLE", "p": "TABLE", "f": "FOREIGN TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW"}
"""How pg_restore lists a relation, by pg_class.relkind."""
SHOWN: Final = 5


class Listing:
    """The entries of an archive, `TYPE schema name owner` with spaces for line breaks."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._without_owner = {entry.rpartition(" ")[0] for entry in entries}
        self._entries = tuple(entries)

    def has(self, kind: str, schema: str, name: str) -> bool:
        """Owners have no spaces here; one that has makes the object count as left out, and never as there."""
        return f"{kind} {schema} {name}".replace("\n", " ").replace("\r", " ") in self._without_owner

    def has_extension(self, name: str) -> bool:
        return any(entry.rstrip() == f"EXTENSION - {name}" for entry in self._entries)

    @property
    def has_large_objects(self) -> bool:
        return any(entry.startswith("BLOB") for entry in self._entries)


def narrowed(found: DatabaseWitness, entries: Sequence[str], selected: Sequence[str]) -> DatabaseWitness:
    """What of the database the archive holds, with what it leaves out in a sentence."""
    listing = Listing(entries)
    extensions = tuple(one for one in found.extensions if listing.has_extension(one.name))
    made = {one.name for one in extensions}
    kept = [table for table in found.tables if table.extension in made or _is_listed(listing, table)]
    empty = [table for table in kept if table.rows is not None and not _has_rows(listing, table)]
    tables = tuple(table.model_copy(update=NO_ROWS) if table in empty else table for table in kept)
    gone = [table for table in found.tables if table not in kept]
    options = " ".join(selected)
    sentences = [f"The dump holds a part ({options})."]
    if gone:
        sentences.append(f"Not in the dump by these options: {_names(gone)}.")
    if empty:
        sentences.append(f"In the dump without their rows by these options: {_names(empty)}.")
    sentences.append("Of a part, definitions are compared with the dump's own only.")
    return found.model_copy(
        update={
            "tables": tables,
            "sequences": tuple(
                one for one in found.sequences if listing.has("SEQUENCE SET", one.schema_name, one.name)
            ),
            "large_objects": found.large_objects if listing.has_large_objects else manifest.LargeObjects(),
            "extensions": extensions,
            "index_statistics": None,
            "requires": None,
            "definitions": (),
            "coverage": (*found.coverage, *sentences),
        }
    )


NO_ROWS: Final = {"rows": None, "digest": None, "sample": None}


def _is_listed(listing: Listing, table: manifest.Table) -> bool:
    return listing.has(TYPES[table.kind], table.schema_name, table.name)


def _has_rows(listing: Listing, table: manifest.Table) -> bool:
    return listing.has("TABLE DATA", table.schema_name, table.name)


def _names(tables: Sequence[manifest.Table]) -> str:
    return listed([quoted(table.schema_name, table.name) for table in tables], SHOWN)
