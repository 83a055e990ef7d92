"""Without manifest and witness: the last passing drill, or the running source's catalog, as the reference.

That proves less than a witness: rows by their number within a band, and definitions by their names.  The
drill was before the backup, so what it had and the backup lacks is a fault.  The source tells of a later
time: what it has and the backup lacks was made since or is lost, which only leaves a criterion unproven.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.client.catalog import TableShape
from drill_tui.postgres.verify.amcheck import SCHEMA as AMCHECK_SCHEMA
from drill_tui.postgres.verify.criteria import Criteria
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted, listed, shown
from drill_tui.postgres.verify.report import Held, HeldTable, TableFinding
from drill_tui.postgres.verify.tables import KINDS, RowComparison
from drill_tui.postgres.verify.witnessed import compare_names, concerned, prove_names

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Band:
    """By which factor the rows of a table may have become fewer or more."""

    low: float
    high: float

    @staticmethod
    def parse(text: str) -> Band:
        """From `0.9..1.5`.  Raises ValueError."""
        low, dots, high = text.partition("..")
        band = Band(float(low), float(high)) if dots else Band(-1, -1)
        if not 0 <= band.low <= 1 <= band.high < float("inf"):
            raise ValueError(f"{text!r} is no band such as 0.9..1.5, from at most 1 to at least 1")
        return band

    def holds(self, then: int, now: int) -> bool:
        """An empty table may have grown to anything."""
        return then == 0 or then * self.low <= now <= then * self.high

    def __str__(self) -> str:
        return f"{self.low:g}..{self.high:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What an earlier drill that passed found in the copy of the same database, or what the source has."""

    run_id: str
    """Of the drill; empty for the source's catalog."""
    at: datetime
    held: Held
    band: Band

    @property
    def is_source(self) -> bool:
        return not self.run_id

    @property
    def words(self) -> str:
        if self.is_source:
            return f"against the source's catalog at {self.at:%Y-%m-%d %H:%M} UTC"
        return f"against the drill of {self.at:%Y-%m-%d %H:%M} UTC, which passed ({self.run_id})"


def held_of(found: Iterable[TableShape], rows: RowComparison, definitions: Sequence[str]) -> Held:
    """What this database holds, for a later drill to be compared with."""
    counted_oids = rows.counted
    counts = {table.oid: rows.sums[table.oid].rows for table in rows.found if table.oid in counted_oids}
    return Held(
        tables=tuple(
            HeldTable(
                schema_name=table.schema_name, name=table.name, kind=table.kind, rows=counts.get(table.oid)
            )
            for table in found
            if table.schema_name != AMCHECK_SCHEMA
        ),
        definitions=tuple(definitions),
    )


def compare_with_reference(
    reference: Reference, found: Sequence[TableShape], definitions: Sequence[str], criteria: Criteria
) -> None:
    """Tables and definitions by name.  What is new is no fault: databases grow."""
    for criterion in criteria.of_the_backup():
        criterion.judged_against(reference.words)
    if reference.is_source:
        _compare_with_source(reference, found, definitions, criteria)
        return
    tables = criteria.required_tables
    before = {(table.schema_name, table.name): table.kind for table in reference.held.tables}
    after = {table.qualified: table.kind for table in found if table.schema_name != AMCHECK_SCHEMA}
    for name, kind in sorted(before.items()):
        what = KINDS.get(kind, "relation")
        if name not in after:
            tables.fault(shown(*name), f"{what} was there in that drill, and is not in this backup")
        elif after[name] != kind:
            tables.fault(shown(*name), f"is a {KINDS.get(after[name], 'relation')}, and was a {what}")
    new = [shown(*name) for name in sorted(after.keys() - before.keys())]
    if new:
        tables.caution(f"new since that drill: {listed(new)}")
    tables.proved(f"{counted(len(before), 'table or view', 'tables and views')} as in that drill")
    compare_names(reference.held.definitions, definitions, "that drill", criteria)
    criteria.schema.leaves_out("how things are defined, where the dump has no list of it")


def _compare_with_source(
    reference: Reference, found: Sequence[TableShape], definitions: Sequence[str], criteria: Criteria
) -> None:
    tables = criteria.required_tables
    now = {(table.schema_name, table.name): table.kind for table in reference.held.tables}
    here = {table.qualified: table.kind for table in found if table.schema_name != AMCHECK_SCHEMA}
    _made_since_or_lost(tables, [shown(*name) for name in sorted(now) if here.get(name) != now[name]])
    gone = [shown(*name) for name in sorted(here.keys() - now.keys())]
    if gone:
        tables.caution(f"in this backup, and no longer in the source: {listed(gone)}")
    same = sum(here.get(name) == kind for name, kind in now.items())
    tables.proved(f"{counted(same, 'table or view', 'tables and views')} as in the source")
    here_defined = set(definitions)
    lacking: dict[str, list[str]] = {}
    for subject in reference.held.definitions:
        if subject not in here_defined:
            for criterion in concerned(subject, criteria):
                lacking.setdefault(criterion.id, []).append(subject)
    for criterion in (criteria.schema, criteria.indexes, criteria.foreign_keys):
        _made_since_or_lost(criterion, lacking.get(criterion.id, []))
    since = here_defined - set(reference.held.definitions)
    if since:
        criteria.schema.caution(f"in this backup, and no longer in the source: {listed(sorted(since))}")
    prove_names(reference.held.definitions, "the source", criteria)
    criteria.schema.leaves_out("how things are defined, where the dump has no list of it")


def _made_since_or_lost(criterion: Criterion, subjects: list[str]) -> None:
    if subjects:
        criterion.could_not(
            f"the source has now, and this backup has not: {listed(subjects)}; made or changed since, or "
            "lost, which only a witness of the backup's own time tells"
        )


class GrowthComparison(RowComparison):
    """Rows of every table, held to the counts of the reference."""

    def __init__(self, reference: Reference, found: Sequence[TableShape], criterion: Criterion) -> None:
        self.reference = reference
        self.before = {(t.schema_name, t.name): t.rows for t in reference.held.tables if t.rows is not None}
        wanted = [_countable(table) for table in found if table.has_own_rows]
        super().__init__(wanted, found, "counts", criterion)

    def conclude(self) -> list[TableFinding]:
        """Report tables outside of the band; returns them."""
        findings: list[TableFinding] = []
        compared = 0
        for table in self.found:
            then = self.before.get(table.qualified)
            if then is None or table.oid not in self.sums or table.oid in self.unread:
                continue
            compared += 1
            now = self.sums[table.oid].rows
            problem = self._problem(table, then, now)
            if problem:
                self.criterion.fault(shown(*table.qualified), f"{problem}: outside of {self.reference.band}")
                findings.append(
                    TableFinding(
                        schema_name=table.schema_name,
                        name=table.name,
                        expected_rows=then,
                        rows=now,
                        digest_equal=None,
                    )
                )
        whose = "the source's" if self.reference.is_source else "that drill's"
        self.criterion.proved(
            f"row counts of {counted(compared, 'table')} within {self.reference.band} of {whose}"
        )
        self.criterion.leaves_out("contents of rows, which only a witness tells")
        self.criterion.leaves_out("large objects")
        return findings

    def _problem(self, table: TableShape, then: int, now: int) -> str:
        """Why the number of rows is outside of the band; empty where it is not, or where nothing can say so.

        The source comes after the backup, so there the band is the one in which the source grew since.
        """
        band, rows, name = self.reference.band, counted(now, "row"), shown(*table.qualified)
        if not self.reference.is_source:
            return "" if band.holds(then, now) else f"{rows}, and were {then:,} in that drill"
        if now == 0 and then:
            self.criterion.could_not(
                f"{name} is empty, and the source has {then:,} rows: filled since, or lost"
            )
        elif then == 0 and now:
            self.criterion.caution(f"{name} has {rows}, and is empty in the source by now")
        elif not band.holds(now, then):
            return f"{rows}, and the source has {then:,}"
        return ""


def _countable(table: TableShape) -> manifest.Table:
    return manifest.Table(schema_name=table.schema_name, name=table.name, kind="r", rows=0)
