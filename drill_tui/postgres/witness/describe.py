"""Tables as a witness tells of them, and what it does not vouch for."""

from __future__ import annotations

from collections.abc import Mapping

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.client.catalog import TableShape, quoted
from drill_tui.postgres.content.digest import Depth, RowSum


def described(table: TableShape, sums: Mapping[int, RowSum], depth: Depth) -> manifest.Table:
    """The table as the manifest says it; without rows where they were not summed."""
    summed = sums.get(table.oid)
    return manifest.Table(
        schema_name=table.schema_name,
        name=table.name,
        kind=table.kind,
        partition_of=None if table.parent is None else quoted(*table.parent),
        rows=None if summed is None else summed.rows,
        digest=None if summed is None or depth == "counts" else summed.text,
        size_bytes=table.size_bytes,
        populated=table.populated,
    )


def coverage_of(tables: list[TableShape], rewritten: set[int], depth: Depth) -> tuple[str, ...]:
    """What a witness does not vouch for, in sentences."""
    sentences: list[str] = []
    if depth == "counts":
        sentences.append("Rows were counted and their contents were not digested.")
    for names, sentence in (
        ([t for t in tables if t.unlogged], "Unlogged tables are empty in every physical copy"),
        ([t for t in tables if t.oid in rewritten], "Truncated or rewritten while they were read"),
        ([t for t in tables if t.kind == "r" and t.extension], "Tables of extensions are not digested"),
        ([t for t in tables if t.kind == "f"], "Rows of foreign tables are elsewhere"),
    ):
        if names:
            shown = ", ".join(quoted(*table.qualified) for table in names[:5])
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            sentences.append(f"{sentence}: {shown}{more}.")
    return tuple(sentences)
