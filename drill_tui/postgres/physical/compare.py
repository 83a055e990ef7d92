"""A copy that stands at a witness's point, against the witness: database by database, to the row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import psycopg

from drill_tui.postgres.archive.witness import DatabaseWitness, Witness
from drill_tui.postgres.client.catalog import read_tables
from drill_tui.postgres.client.connect import ConnectError, LockNotAvailable, open_connection, set_session
from drill_tui.postgres.client.source import Connection as Place
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.content.digest import Depth
from drill_tui.postgres.content.fingerprint import schema_sha256
from drill_tui.postgres.content.row_hash import ALGORITHM, KNOWN
from drill_tui.postgres.verify.criteria import Criteria
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.large_objects import large_object_check
from drill_tui.postgres.verify.names import counted
from drill_tui.postgres.verify.report import CriterionFinding
from drill_tui.postgres.verify.sequences import compare_with_manifest, read_sequences
from drill_tui.postgres.verify.session import worker_connection
from drill_tui.postgres.verify.tables import RowComparison, compare_tables, cover_contents, require_tables
from drill_tui.postgres.verify.work import HELD, Check, ServerLostError, Workers, with_remedy, words
from drill_tui.postgres.witness.reading import read_cluster

Progress = Callable[[int, int], None]
LOCK_TIMEOUT_S: Final = 10.0
"""While a copy is paused, who holds a lock holds it until somebody lets the recovery go on."""


def place_of(env: Mapping[str, str], database: str) -> Place:
    place = resolve(env)
    return replace(place, variables={**place.variables, "PGDATABASE": database})


async def compare_at_point(
    env: Mapping[str, str],
    witness: Witness,
    wanted: DatabaseWitness,
    *,
    required: tuple[str, ...],
    jobs: int,
    progress: Progress,
) -> list[CriterionFinding]:
    """Required tables, data and schema of one database, on a copy that is paused at its point.

    A lost server leaves everything unproven.
    """
    criteria = Criteria()
    judged = (criteria.required_tables, criteria.data_integrity, criteria.schema)
    place = place_of(env, wanted.database.name)
    try:
        await _compare(place, witness, wanted, criteria, required, jobs, progress)
    except ConnectError as error:
        if "does not exist" in str(error):
            for criterion in judged:
                criterion.fault(f"database {wanted.database.name}", "is in the witness, and not in the copy")
        else:
            _broke_off(judged, with_remedy(str(error)))
    except LockNotAvailable:
        for criterion in judged:
            criterion.could_not(f"a relation of {wanted.database.name} {HELD}")
    except (ServerLostError, psycopg.Error) as error:
        _broke_off(judged, words(error) if isinstance(error, psycopg.Error) else str(error))
    for criterion in judged:
        criterion.conclude()
    return [criterion.finding() for criterion in judged]


def _broke_off(criteria: tuple[Criterion, ...], why: str) -> None:
    for criterion in criteria:
        criterion.could_not(f"the copy was lost while it was compared: {why}")


async def _compare(
    place: Place,
    witness: Witness,
    wanted: DatabaseWitness,
    criteria: Criteria,
    required: tuple[str, ...],
    jobs: int,
    progress: Progress,
) -> None:
    data = criteria.data_integrity
    async with await open_connection(place) as connection:
        await set_session(connection, {"lock_timeout": f"{LOCK_TIMEOUT_S:g}s"})
        found = await read_tables(connection)
        require_tables(required, found, criteria.required_tables)
        if wanted.tables or found:
            compare_tables(wanted.tables, found, criteria.required_tables)
        else:
            criteria.required_tables.proved("no table, as witnessed")
        compare_with_manifest(wanted.sequences, await read_sequences(connection), data)
        await _schema(connection, wanted, criteria.schema)
    depth = _depth(witness, wanted, data)
    algorithm = KNOWN.get(witness.digest_algorithm, ALGORITHM)
    rows = RowComparison(wanted.tables, found, depth, data, algorithm)
    checks: list[Check] = [*rows.checks(), large_object_check(wanted.large_objects, depth, data)]
    await Workers(lambda: worker_connection(place, LOCK_TIMEOUT_S), jobs, progress).run(checks)
    rows.conclude()
    for sentence in wanted.coverage:
        data.leaves_out(sentence.rstrip("."))


def _depth(witness: Witness, wanted: DatabaseWitness, criterion: Criterion) -> Depth:
    if witness.digest_depth == "counts":
        criterion.could_not("the witness only counted rows (--digest counts)")
        return "counts"
    if witness.digest_algorithm not in KNOWN:
        criterion.could_not(f"digests of the kind {witness.digest_algorithm} cannot be taken here")
        return "counts"
    cover_contents(wanted.tables, witness.digest_algorithm, criterion, ", at the witness's own point")
    return "full"


async def _schema(
    connection: psycopg.AsyncConnection[object], wanted: DatabaseWitness, criterion: Criterion
) -> None:
    if await schema_sha256(connection) != wanted.schema_sha256:
        criterion.fault(f"schema of {wanted.database.name}", "is not the one that the witness recorded")
    found = await read_cluster(connection)
    for subject in sorted(wanted.cluster.keys() | found.keys()):
        if subject not in found:
            criterion.fault(subject, "is in the witness, and not in the copy")
        elif subject not in wanted.cluster:
            criterion.fault(subject, "is in the copy, and not in the witness")
        elif found[subject] != wanted.cluster[subject]:
            criterion.fault(subject, "is not what the witness recorded")
    rest = counted(len(found), "fact", "facts")
    criterion.proved(f"every definition, and {rest} about roles, settings and tablespaces as witnessed")
    criterion.covers("Every definition by one hash; roles, settings and tablespaces one by one.")
    criterion.leaves_out("passwords of roles")
