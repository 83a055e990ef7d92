"""What a server that runs already offers: asked of its catalogs, and tried where they do not say."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.source import Connection
from drill_tui.postgres.fit.offer import ICU, LIBXML, LZ4, Offer, plain_locale


async def offer_of_server(target: Connection, kind: str = "external") -> Offer:
    """Connect to a server that somebody prepared and read what it has; changes nothing on it.

    `kind` is the kind of target that offers it.  One that cannot be reached is an offer with an obstacle.
    """
    place = f"{target.host}:{target.port}"
    try:
        async with await open_connection(target, dbname="postgres") as connection:
            return await _read(connection, place, kind)
    except (ConnectError, psycopg.Error) as problem:
        return Offer(
            target=kind,
            name=f"the server at {place}",
            place=place,
            major=0,
            obstacle=" ".join(str(problem).split()),
            remedy="Set DRILL_TARGET_URL, or TARGET_DB_HOST and the like."
            if kind == "external"
            else "Look at the target server.",
        )


async def _read(connection: psycopg.AsyncConnection[Any], place: str, kind: str) -> Offer:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query("fit/offer"))
        row = await cursor.fetchone()
    if row is None:
        raise psycopg.DataError("the role that is connected is not in pg_roles")
    versions: dict[str, tuple[str, ...]] = {}
    for name, version, _ in row["versions"]:
        versions[name] = (*versions.get(name, ()), version)
    features = {feature for feature, has in ((ICU, row["icu"]), (LZ4, row["lz4"])) if has}
    if await _reads_xml(connection):
        features.add(LIBXML)
    stand_ins = row["superuser"] and row["stand_ins"]
    loaded = row["preloaded"]
    return Offer(
        target=kind,
        name=f"PostgreSQL {row['version']} at {place}",
        place=place,
        major=row["major"],
        extensions=versions,
        features=frozenset(features),
        locales=frozenset(plain_locale(name) for name in row["locales"]),
        preloaded=frozenset(part.strip().strip('"') for part in (loaded or "").split(",")),
        cron_database=row["cron_database"] or "",
        tablespaces=None if stand_ins else frozenset(row["tablespaces"]),
        lock_slots=row["lock_slots"],
        superuser=row["superuser"],
        remedy="Look at the target server.",
    )


async def _reads_xml(connection: psycopg.AsyncConnection[Any]) -> bool:
    try:
        await connection.execute("select '<a/>'::pg_catalog.xml")
    except psycopg.errors.FeatureNotSupported:
        return False
    return True
