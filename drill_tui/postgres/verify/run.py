"""The verification from end to end: find out what was restored, check all of it in parallel, conclude."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

import psycopg

from drill_tui.postgres.client.catalog import read_tables
from drill_tui.postgres.client.connect import ConnectError, open_connection
from drill_tui.postgres.client.errors import RefusedError, first_of
from drill_tui.postgres.client.source import Connection as Place
from drill_tui.postgres.client.source import resolve
from drill_tui.postgres.client.untriggered import untriggered
from drill_tui.postgres.content.definitions import read_definitions
from drill_tui.postgres.content.digest import Depth
from drill_tui.postgres.content.facts import read_index_statistics
from drill_tui.postgres.content.row_hash import ALGORITHM, KNOWN
from drill_tui.postgres.probe.record import read_validated_keys
from drill_tui.postgres.verify.amcheck import AmcheckUnavailableError, amcheck
from drill_tui.postgres.verify.counters import counter_checks
from drill_tui.postgres.verify.criteria import Criteria
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.database import (
    compare_database,
    compare_index_statistics,
    compare_with_witness,
    other_versions,
    read_database,
)
from drill_tui.postgres.verify.foreign_keys import OrphanSearch, read_foreign_keys
from drill_tui.postgres.verify.indexes import amcheck_checks, check_states, read_heaps, read_indexes
from drill_tui.postgres.verify.inputs import Inputs, find_inputs
from drill_tui.postgres.verify.large_objects import large_object_check
from drill_tui.postgres.verify.materialized import materialized_checks
from drill_tui.postgres.verify.options import Options
from drill_tui.postgres.verify.reference import GrowthComparison, compare_with_reference, held_of
from drill_tui.postgres.verify.report import SOURCE, Finding, Held, TableFinding, Target, VerifyReport
from drill_tui.postgres.verify.roles import compare_roles
from drill_tui.postgres.verify.schema.findings import judge_schema
from drill_tui.postgres.verify.sequences import column_checks, compare_with_manifest, read_sequences
from drill_tui.postgres.verify.session import read_records, read_target, worker_connection
from drill_tui.postgres.verify.tables import (
    RowComparison,
    compare_populated,
    compare_tables,
    cover_contents,
    require_tables,
)
from drill_tui.postgres.verify.witnessed import compare_definitions, name_witness
from drill_tui.postgres.verify.work import Check, Connection, ServerLostError, Workers, judge_error

Progress = Callable[[int, int], None]
T = TypeVar("T")


@dataclass(slots=True)
class Verification:
    """One run.  `place` names the restored database; `may_write` tells that scripts/restore.sh made it."""

    options: Options
    place: Place
    target: Target
    inputs: Inputs
    may_write: bool
    criteria: Criteria
    progress: Progress
    tables: list[TableFinding]
    timings_s: dict[str, float]
    validated_keys: Mapping[int, int] = field(default_factory=dict)
    """Of the restore's record."""
    definitions: tuple[str, ...] = ()
    held: Held | None = None

    async def check(self) -> None:
        """Fill the criteria.  Raises ServerLostError, ConnectError."""
        async with await open_connection(self.place) as connection:
            checks, rows, orphans = await self._plan(connection)
        await self._run_all(checks)
        if rows is not None:
            self.tables = rows.conclude()
            self.held = held_of(rows.found, rows, self.definitions)
        if orphans is not None:
            unchanged = rows.unchanged if rows is not None else set()
            workers = self._workers()
            await workers.run(orphans.checks_where_rows_changed(unchanged))
            for kind, seconds in workers.timings_s.items():
                self.timings_s[kind] = self.timings_s.get(kind, 0.0) + seconds
            orphans.conclude(unchanged)
        for criterion in self.criteria:
            criterion.conclude()

    async def _plan(
        self, connection: Connection
    ) -> tuple[list[Check], RowComparison | None, OrphanSearch | None]:
        """Everything that the catalogs can answer at once, and the list of what must be read."""
        criteria, manifest = self.criteria, self.inputs.manifest
        checks = criteria.added_checks()
        rows: RowComparison | None = None
        orphans: OrphanSearch | None = None
        found = await _try(criteria.required_tables, "the list of tables", read_tables(connection))
        sequences = await _try(criteria.data_integrity, "sequences", read_sequences(connection))
        keys = await _try(criteria.foreign_keys, "the list of foreign keys", read_foreign_keys(connection))
        database = await _try(criteria.schema, "the database's properties", read_database(connection))
        if found is not None:
            require_tables(self.options.required_tables, found, criteria.required_tables)
            checks += counter_checks(found, criteria.data_integrity)
        reading_names = read_definitions(connection)
        self.definitions = await _try(criteria.schema, "the names of definitions", reading_names) or ()
        reference = self.options.reference if manifest is None else None
        if manifest is None and reference is None:
            for criterion in (criteria.required_tables, criteria.data_integrity, criteria.schema):
                criterion.could_not(self.inputs.no_manifest)
                if self.options.no_reference:
                    criterion.could_not(self.options.no_reference)
        if reference is not None and found is not None:
            compare_with_reference(reference, found, self.definitions, criteria)
            rows = GrowthComparison(reference, found, criteria.data_integrity)
            checks += rows.checks()
        as_in_source: frozenset[tuple[str, str]] = frozenset()
        if manifest is not None and found is not None:
            others = other_versions(manifest, database) if database is not None else frozenset()
            compare_tables(manifest.tables, found, criteria.required_tables, others)
            compare_populated(manifest.tables, found, criteria.data_integrity, manifest.requires)
            depth = self._depth()
            algorithm = KNOWN.get(manifest.digest_algorithm, ALGORITHM)
            rows = RowComparison(manifest.tables, found, depth, criteria.data_integrity, algorithm)
            checks += rows.checks()
            checks += materialized_checks(manifest.tables, found, criteria.data_integrity)
            checks.append(large_object_check(manifest.large_objects, depth, criteria.data_integrity))
        if sequences is not None:
            if manifest is not None:
                as_in_source = compare_with_manifest(manifest.sequences, sequences, criteria.data_integrity)
            checks += column_checks(sequences, as_in_source, criteria.data_integrity)
        if keys is not None:
            asking = read_validated_keys(connection)
            as_they_are = await _try(criteria.foreign_keys, "the state of foreign keys", asking) or {}
            validated = frozenset(dict(self.validated_keys.items() & as_they_are.items()))
            orphans = OrphanSearch(keys, criteria.foreign_keys, validated)
            checks += orphans.checks()
        if self.inputs.witness is not None:
            name_witness(self.inputs.witness, criteria)
            compare_definitions(self.inputs.witness, self.definitions, criteria)
        if manifest is not None:
            if database is not None:
                compare = compare_with_witness if manifest.of_witness else compare_database
                compare(manifest, database, criteria.schema)
            reading = read_index_statistics(connection)
            targets = await _try(criteria.schema, "statistics targets of indexes", reading)
            if targets is not None:
                compare_index_statistics(manifest.index_statistics, targets, criteria.schema)
            if not manifest.of_witness:
                roles = compare_roles(connection, self.inputs.backup, manifest, criteria.schema)
                await _try(criteria.schema, "the roles' attributes", roles)
        return checks, rows, orphans

    def _workers(self) -> Workers:
        return Workers(lambda: worker_connection(self.place), self.options.workers, self.progress)

    async def _run_all(self, checks: list[Check]) -> None:
        """pg_dump beside the queries, amcheck in the same queue as everything else."""
        workers = self._workers()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._schema())
                group.create_task(self._queries(workers, checks))
        except* (ServerLostError, ConnectError) as lost:
            raise ServerLostError(str(first_of(lost))) from None
        finally:
            self.timings_s.update(workers.timings_s)

    async def _queries(self, workers: Workers, checks: list[Check]) -> None:
        criterion = self.criteria.indexes
        async with await open_connection(self.place) as connection:
            indexes = await _try(criterion, "the list of indexes", read_indexes(connection)) or []
            heaps = await _try(criterion, "the list of heaps", read_heaps(connection)) or []
        check_states(indexes, criterion)
        try:
            async with amcheck(lambda: open_connection(self.place), may_create=self.may_write) as extension:
                await workers.run([*checks, *amcheck_checks(indexes, heaps, extension, criterion)])
        except AmcheckUnavailableError as error:
            criterion.could_not(str(error))
            await workers.run(checks)

    async def _schema(self) -> None:
        criteria = self.criteria
        judged_by_name = self.options.reference is not None and self.inputs.manifest is None
        if self.inputs.archive is None and judged_by_name:
            return
        if self.inputs.archive is None:
            for criterion in (criteria.schema, criteria.indexes, criteria.foreign_keys):
                criterion.could_not(self.inputs.no_archive)
            return
        await judge_schema(
            self.inputs.archive,
            self.inputs.manifest,
            self.place,
            self.target.server_version_num // 10000,
            self.options.environment,
            criteria,
            may_write=self.may_write,
            left_out=self.inputs.witness.dump.left_out if self.inputs.witness else (),
        )

    def _depth(self) -> Depth:
        """Contents are compared only where both sides have digests of the same kind."""
        manifest, criterion = self.inputs.manifest, self.criteria.data_integrity
        if manifest is None or self.options.depth == "counts" or manifest.digest_depth == "counts":
            criterion.could_not("contents were not compared, only rows counted (depth counts)")
            return "counts"
        if manifest.digest_algorithm not in KNOWN:
            criterion.could_not(f"digests of the kind {manifest.digest_algorithm} cannot be taken here")
            return "counts"
        cover_contents(manifest.tables, manifest.digest_algorithm, criterion, ", independent of order")
        return "full"


async def verify(options: Options, progress: Progress) -> VerifyReport:
    """Verify a restored database.

    The report carries `error` when the server was lost half-way; nothing counts as met then.
    Raises ConnectError, SourceError, CouldNotTellError, RefusedError before anything was checked.
    """
    started = datetime.now(UTC)
    place = await untriggered(resolve(options.environment))
    target = await read_target(place)
    place = replace(place, variables={**place.variables, "PGDATABASE": target.database})
    remembered, is_drill_target = await read_records(place, target.database)
    inputs = find_inputs(options.backup, remembered, target.database)
    _refuse_source(target, inputs, is_drill_target)
    criteria = Criteria(options.added)
    may_write, keys = remembered is not None, remembered.validated_keys if remembered else {}
    run = Verification(options, place, target, inputs, may_write, criteria, progress, [], {}, keys)
    error: str | None = None
    try:
        await run.check()
    except (ServerLostError, ConnectError) as lost:
        error = f"the server was lost during the verification: {lost}"
        run.criteria.broke_off(error)
    finished = datetime.now(UTC)
    findings = tuple(criterion.finding() for criterion in run.criteria)
    return VerifyReport(
        run_id=options.environment.get("DRILL_RUN_ID"),
        started_at=started,
        finished_at=finished,
        duration_s=(finished - started).total_seconds(),
        result=_overall([finding.result for finding in findings]),
        error=error,
        target=target,
        backup=inputs.reference(),
        depth=options.depth,
        jobs=options.workers,
        criteria=findings,
        tables=tuple(run.tables),
        held=run.held if error is None else None,
        reference=_reference_of(options, inputs),
        timings_s={kind: round(seconds, 3) for kind, seconds in sorted(run.timings_s.items())},
    )


def _reference_of(options: Options, inputs: Inputs) -> str | None:
    if options.reference is None or inputs.manifest is not None:
        return None
    return options.reference.run_id or SOURCE


def _refuse_source(target: Target, inputs: Inputs, is_drill_target: bool) -> None:
    """The source is equal to its own backup, which proves nothing."""
    if inputs.manifest is None or is_drill_target or target.system_identifier is None:
        return
    if target.system_identifier == inputs.manifest.server.system_identifier:
        raise RefusedError(
            f"{target.host}:{target.port} is the cluster that the backup came from, not a restored copy",
            advice="Set DB_HOST, DB_PORT and DB_NAME to the database that was restored.",
        )


async def _try(criterion: Criterion, subject: str, reading: Awaitable[T]) -> T | None:
    """Read from the catalogs; what cannot be read leaves the criterion unproven."""
    try:
        return await reading
    except psycopg.Error as error:
        judge_error(criterion, subject, error)
        return None


def _overall(results: list[Finding]) -> Finding:
    if "missed" in results:
        return "missed"
    return "met" if all(result == "met" for result in results) else "unproven"
