"""What a database, or the backup that was made of it with a manifest, needs of a target."""

from __future__ import annotations

from typing import Any

import psycopg

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.client.catalog import quoted
from drill_tui.postgres.content.facts import (
    read_database,
    read_requirements,
    read_roles,
    read_server,
    read_surroundings,
)
from drill_tui.postgres.fit.need import Extension, Need

OLD_MANIFEST = (
    "The backup is of an older drill-tui: whether it holds xml values, lz4 columns or C functions of its own "
    "is not known."
)


async def read_need(connection: psycopg.AsyncConnection[Any], origin: str) -> Need:
    """Ask the catalogs of a source.  Reads only; raises psycopg.Error."""
    server = await read_server(connection)
    surroundings = await read_surroundings(connection)
    return _need(
        origin=origin,
        version_num=server.version_num,
        database=await read_database(connection),
        extensions=surroundings.extensions,
        collations=surroundings.collations,
        tablespaces=surroundings.tablespaces,
        roles=await read_roles(connection),
        requires=await read_requirements(connection),
    )


def need_of_manifest(found: manifest.Manifest) -> Need:
    """The same from a backup, without its source."""
    return _need(
        origin=f"backup {found.backup_id}",
        version_num=found.server.version_num,
        database=found.database,
        extensions=found.extensions,
        collations=found.collations,
        tablespaces=found.tablespaces,
        roles=found.roles,
        requires=found.requires,
        tables=len(found.tables),
    )


def _need(
    *,
    origin: str,
    version_num: int,
    database: manifest.DatabaseInfo,
    extensions: tuple[manifest.Extension, ...],
    collations: tuple[manifest.Collation, ...],
    tablespaces: tuple[str, ...],
    roles: tuple[str, ...],
    requires: manifest.Requirements | None,
    tables: int = 0,
) -> Need:
    needs = requires or manifest.Requirements(locks_per_transaction=0, relations=3 * tables)
    icu = [f"collation {quoted(c.schema_name, c.name)}" for c in collations if c.provider == "i"]
    if database.locale_provider == "i":
        icu.insert(0, f"the database, by {database.locale}")
    used = [
        c.name for c in collations if c.provider == "c" and c.schema_name == "pg_catalog" and "." in c.name
    ]
    return Need(
        origin=origin,
        major=version_num // 10_000,
        extensions=tuple(Extension(e.name, e.version) for e in extensions),
        encoding=database.encoding,
        locales=tuple(dict.fromkeys((database.collate, database.ctype, *needs.locales, *used))),
        icu=tuple(icu),
        xml_columns=needs.xml_columns,
        lz4_columns=needs.lz4_columns,
        languages=needs.languages,
        libraries=needs.libraries,
        tablespaces=tablespaces,
        roles=roles,
        relations=needs.relations,
        locks_per_transaction=needs.locks_per_transaction,
        remote_views=tuple((quoted(v.schema_name, v.name), v.servers) for v in needs.remote_views),
        size_bytes=database.size_bytes,
        unknown=() if requires else (OLD_MANIFEST,),
    )
