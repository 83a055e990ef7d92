"""What is checked of every database once the copy is promoted: foreign keys, indexes, pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import psycopg

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.source import Connection as Place
from drill_tui.postgres.physical.compare import place_of
from drill_tui.postgres.verify.amcheck import AmcheckUnavailableError, amcheck
from drill_tui.postgres.verify.criteria import Criteria
from drill_tui.postgres.verify.foreign_keys import OrphanSearch, read_foreign_keys
from drill_tui.postgres.verify.indexes import amcheck_checks, read_heaps, read_indexes
from drill_tui.postgres.verify.report import CriterionFinding
from drill_tui.postgres.verify.session import worker_connection
from drill_tui.postgres.verify.work import ServerLostError, Workers, words

Progress = Callable[[int, int], None]


async def databases_of(env: Mapping[str, str]) -> list[str]:
    """Every database that can be entered.  Raises ConnectError, psycopg.Error."""
    async with await open_connection(place_of(env, env["DB_NAME"])) as connection:
        rows = await (await connection.execute(query("witness/databases"))).fetchall()
        return [name for (name,) in rows]


async def check_database(
    env: Mapping[str, str], database: str, *, jobs: int, progress: Progress
) -> list[CriterionFinding]:
    """Foreign keys and indexes; a lost server leaves them unproven."""
    criteria = Criteria()
    judged = (criteria.foreign_keys, criteria.indexes)
    try:
        await _check(place_of(env, database), criteria, jobs, progress)
    except (ServerLostError, ConnectError, psycopg.Error) as error:
        said = words(error) if isinstance(error, psycopg.Error) else str(error)
        for criterion in judged:
            criterion.could_not(f"the copy was lost while it was checked: {said}")
    for criterion in judged:
        criterion.conclude()
    return [criterion.finding() for criterion in judged]


async def _check(place: Place, criteria: Criteria, jobs: int, progress: Progress) -> None:
    async with await open_connection(place) as connection:
        keys = await read_foreign_keys(connection)
        indexes, heaps = await read_indexes(connection), await read_heaps(connection)
    orphans = OrphanSearch(keys, criteria.foreign_keys)
    checks = orphans.checks()
    for index in indexes:
        if not (index.valid and index.ready):
            criteria.indexes.caution(f"{index.subject} is not valid, as in the source: a copy is exact")
    workers = Workers(lambda: worker_connection(place), jobs, progress)
    try:
        async with amcheck(lambda: open_connection(place), may_create=True) as extension:
            await workers.run([*checks, *amcheck_checks(indexes, heaps, extension, criteria.indexes)])
    except AmcheckUnavailableError as error:
        criteria.indexes.could_not(str(error))
        await workers.run(checks)
    orphans.conclude(set())
