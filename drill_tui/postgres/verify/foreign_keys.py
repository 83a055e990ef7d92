"""Foreign keys, proved by an anti-join: `convalidated` and the index behind a key are not evidence.

One that the restore itself added, and so checked against every row, needs no second search where the digests
prove that no row of its two tables has changed since.

PostgreSQL manual 5.5.5 (MATCH SIMPLE and FULL), CREATE TABLE (NOT VALID, NOT ENFORCED, PERIOD from 18).
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from psycopg import sql
from psycopg.rows import class_row

from drill_tui.postgres.client.catalog import query
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted, shown
from drill_tui.postgres.verify.work import Check, Connection

Name = tuple[str, str]
"""Schema and name of a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    oid: int
    name: str
    match_type: str
    """`s` simple, `f` full (pg_constraint.confmatchtype)."""
    validated: bool
    enforced: bool
    temporal: bool
    """The last column is a PERIOD (from 18)."""
    child_schema: str
    child_name: str
    child_partitioned: bool
    parent_schema: str
    parent_name: str
    parent_partitioned: bool
    child_columns: list[str]
    parent_columns: list[str]
    operator_schemas: list[str]
    operators: list[str]
    collation_schemas: list[str | None]
    collations: list[str | None]
    """The parent column's collation where the two differ; foreign keys compare by it."""
    size_bytes: int

    @property
    def tables(self) -> set[Name]:
        return {(self.child_schema, self.child_name), (self.parent_schema, self.parent_name)}

    @property
    def subject(self) -> str:
        return f"{shown(self.child_schema, self.child_name)} {shown('', self.name)}"


async def read_foreign_keys(connection: Connection) -> list[ForeignKey]:
    """Every declared foreign key, the largest tables first."""
    async with connection.cursor(row_factory=class_row(ForeignKey)) as cursor:
        await cursor.execute(query("verify/foreign_keys"))
        return await cursor.fetchall()


def orphan_query(key: ForeignKey) -> sql.Composed:
    """Counts the rows that have no parent.  Rows with NULLs are no orphans; under MATCH FULL a row with
    some of them is."""
    child = _table(key.child_schema, key.child_name, key.child_partitioned)
    parent = _table(key.parent_schema, key.parent_name, key.parent_partitioned)
    ours = [sql.Identifier("c", column) for column in key.child_columns]
    # IS NOT NULL would look inside a composite value; this form does not, and is as fast.
    complete = sql.SQL(" AND ").join(sql.SQL("{} IS DISTINCT FROM NULL").format(column) for column in ours)
    if key.temporal:
        orphan = _uncovered_period(key, parent)
    else:
        matches = [_equal(key, position) for position in range(len(ours))]
        orphan = sql.SQL("NOT EXISTS (SELECT FROM {} AS p WHERE {})").format(
            parent, sql.SQL(" AND ").join(matches)
        )
    orphans = sql.SQL("(SELECT count(*) FROM {} AS c WHERE {} AND {})")
    counting = orphans.format(child, complete, orphan)
    if key.match_type == "f" and len(ours) > 1:
        partly = sql.SQL(" + (SELECT count(*) FROM {} AS c WHERE pg_catalog.num_nulls({}) BETWEEN 1 AND {})")
        counting += partly.format(child, sql.SQL(", ").join(ours), sql.Literal(len(ours) - 1))
    return sql.SQL("SELECT ") + counting


def _equal(key: ForeignKey, position: int) -> sql.Composed:
    collation, where = key.collations[position], key.collation_schemas[position]
    collate: sql.Composable = sql.SQL("")
    if collation and where:
        collate = sql.SQL(" COLLATE {}").format(sql.Identifier(where, collation))
    return sql.SQL("{}{} OPERATOR({}.{}) {}").format(
        sql.Identifier("p", key.parent_columns[position]),
        collate,
        sql.Identifier(key.operator_schemas[position]),
        sql.SQL(_operator(key.operators[position])),
        sql.Identifier("c", key.child_columns[position]),
    )


def _operator(name: str) -> str:
    """An operator's name cannot be quoted in SQL: only its own characters are let through."""
    if not name or set(name) - set("+-*/<>=~!@#%^&|`?"):
        raise ValueError(f"not an operator: {name!r}")
    return name


def _uncovered_period(key: ForeignKey, parent: sql.Composed) -> sql.Composed:
    last = len(key.child_columns) - 1
    theirs, ours = sql.Identifier("p", key.parent_columns[last]), sql.Identifier("c", key.child_columns[last])
    matches = [_equal(key, position) for position in range(last)]
    matches.append(sql.SQL("{} OPERATOR(pg_catalog.&&) {}").format(theirs, ours))
    return sql.SQL(
        "NOT coalesce("
        "(SELECT {} OPERATOR(pg_catalog.<@) pg_catalog.range_agg({}) FROM {} AS p WHERE {}), false)"
    ).format(ours, theirs, parent, sql.SQL(" AND ").join(matches))


def _table(schema: str, name: str, partitioned: bool) -> sql.Composed:
    """ONLY: a key holds for the rows of its own table, not for those of tables that inherit from it."""
    only = sql.SQL("") if partitioned else sql.SQL("ONLY ")
    return only + sql.Identifier(schema, name)


@dataclass(slots=True)
class OrphanSearch:
    """Looks for orphans under every key, then judges them by what is known of the rows around them.

    `validated` are the OIDs of keys that the restore added and checked, and that nobody has touched since.
    """

    keys: Sequence[ForeignKey]
    criterion: Criterion
    validated: Set[int] = frozenset()
    orphans: list[tuple[ForeignKey, int]] = field(default_factory=list)
    _spared: int = 0

    def checks(self) -> list[Check]:
        """One anti-join for each key that nothing else can prove."""
        return [self._check(key) for key in self.keys if key.oid not in self.validated]

    def checks_where_rows_changed(self, unchanged: Set[Name]) -> list[Check]:
        """The anti-joins of validated keys whose tables are not all among `unchanged`."""
        doubted = [key for key in self.keys if key.oid in self.validated and not key.tables <= unchanged]
        self._spared = sum(key.oid in self.validated for key in self.keys) - len(doubted)
        return [self._check(key) for key in doubted]

    def _check(self, key: ForeignKey) -> Check:
        return Check("foreign_keys", key.subject, self.criterion, key.size_bytes, partial(self._count, key))

    async def _count(self, key: ForeignKey, connection: Connection) -> None:
        row = await (await connection.execute(orphan_query(key))).fetchone()
        if row and row[0]:
            self.orphans.append((key, int(row[0])))

    def conclude(self, unchanged: Set[Name]) -> None:
        """Report the orphans.  `unchanged` are tables whose rows are proven to be those of the backup.

        Between two of them the orphans are the source's own.  Under a key that is declared NOT VALID it may
        have them; any other key it breaks.
        """
        for key, orphans in self.orphans:
            rows = f"{counted(orphans, 'row')} without a parent"
            in_source = key.tables <= unchanged
            if not key.enforced:
                self.criterion.caution(f"{key.subject} is NOT ENFORCED: {rows}")
            elif in_source and not key.validated:
                self.criterion.caution(f"{key.subject} is NOT VALID: {rows}, as in the source")
            else:
                declared = "" if key.validated else " (the key is NOT VALID)"
                parent = shown(key.parent_schema, key.parent_name)
                cause = "; the source holds the orphan too" if in_source else ""
                self.criterion.fault(key.subject, f"{rows} in {parent}{declared}{cause}")
        self._describe()

    def _describe(self) -> None:
        not_valid = sum(not key.validated for key in self.keys)
        extra = f", {not_valid} of them NOT VALID" if not_valid else ""
        self.criterion.proved(f"{counted(len(self.keys), 'foreign key')} without orphans{extra}")
        joined = len(self.keys) - self._spared
        if joined or not self.keys:
            every = "Every foreign key" if not self._spared else counted(joined, "foreign key")
            self.criterion.covers(f"{every} by an anti-join over the rows themselves, without indexes.")
        if self._spared:
            self.criterion.covers(
                f"{counted(self._spared, 'foreign key')} validated by the restore when it added them; by the "
                "digests, no row of their tables has changed since."
            )
