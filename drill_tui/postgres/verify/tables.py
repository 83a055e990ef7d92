"""Are all the tables there, and is every row what it was in the backup's snapshot?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import psycopg

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.client.catalog import TableShape, partition_roots
from drill_tui.postgres.content.digest import Depth, RowSum, Slice, batch_query, batches
from drill_tui.postgres.content.row_hash import ALGORITHM, FIRST, Algorithm
from drill_tui.postgres.content.sampling import told
from drill_tui.postgres.verify.amcheck import SCHEMA as AMCHECK_SCHEMA
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted, printable, shown
from drill_tui.postgres.verify.report import TableFinding
from drill_tui.postgres.verify.work import Check, Connection, judge_error

Name = tuple[str, str]
KINDS = {"r": "table", "p": "partitioned table", "f": "foreign table", "m": "materialized view", "v": "view"}


def compare_tables(
    wanted: Sequence[manifest.Table],
    found: Sequence[TableShape],
    criterion: Criterion,
    other_versions: frozenset[str] = frozenset(),
) -> None:
    """The relations of the source's snapshot are the restored ones: none missing, none new, none changed.

    An extension of another version brings relations of its own.
    """
    before = {
        (table.schema_name, table.name): str(table.kind)
        for table in wanted
        if table.extension not in other_versions
    }
    after = {
        table.qualified: table.kind
        for table in found
        if table.schema_name != AMCHECK_SCHEMA and table.extension not in other_versions
    }
    for name in sorted(before.keys() | after.keys()):
        kind = before.get(name) or after[name]
        what = KINDS.get(kind, "relation")
        if name not in after:
            criterion.fault(shown(*name), f"{what} is in the backup, and not in the restored database")
        elif name not in before:
            criterion.fault(shown(*name), f"{what} is in the restored database, and not in the backup")
        elif before[name] != after[name]:
            criterion.fault(shown(*name), f"is a {KINDS.get(after[name], 'relation')}, and was a {what}")
    if not wanted:
        criterion.could_not("the backup holds no table, so nothing shows that it is of the right database")
    criterion.proved(
        f"{counted(len(before), 'table or view', 'tables and views')} as in the source's snapshot"
    )
    criterion.covers("Names and kinds of all tables, partitions, views and materialized views.")


def require_tables(required: Iterable[str], found: Sequence[TableShape], criterion: Criterion) -> None:
    """Tables that must exist whatever the backup says, by `schema.name` or bare name."""
    known = {
        form for table in found for form in (f"{table.schema_name}.{table.name}", shown(*table.qualified))
    }
    known |= {table.name for table in found}
    wanted = [name.strip() for name in required if name.strip()]
    for name in wanted:
        if name not in known:
            criterion.fault(name, "is required, and not in the restored database")
    if wanted:
        criterion.proved(f"{counted(len(wanted), 'required table')} present")


def compare_populated(
    wanted: Sequence[manifest.Table],
    found: Sequence[TableShape],
    criterion: Criterion,
    requires: manifest.Requirements | None = None,
) -> None:
    """A materialized view that had rows has them again.  Its rows are not compared: it is made anew.

    One that reads from another server cannot be made here, which is no fault of the backup.
    """
    after = {table.qualified: table for table in found if table.kind == "m"}
    remote = {(v.schema_name, v.name): v.servers for v in requires.remote_views} if requires else {}
    views = [table for table in wanted if table.kind == "m" and table.populated]
    filled = 0
    for view in views:
        name = (view.schema_name, view.name)
        if name in after and not after[name].populated and name in remote:
            servers = ", ".join(f'"{printable(server)}"' for server in remote[name])
            criterion.caution(f"{shown(*name)} is not refreshed here: needs server {servers}")
        elif name in after and not after[name].populated:
            criterion.fault(shown(*name), "materialized view is not populated, and was in the source")
        else:
            filled += 1
    if views:
        criterion.proved(f"{counted(filled, 'materialized view')} populated")
        criterion.leaves_out("contents of materialized views, which the restore computes anew")


def cover_contents(
    wanted: Sequence[manifest.Table], algorithm: str, criterion: Criterion, where: str = ""
) -> None:
    """Say of which rows the contents are compared, and what that kind of digest does not take in."""
    if algorithm == FIRST:
        criterion.leaves_out(
            "the sign of numeric(p, s) values, and whether a bigint's two halves changed alike"
            f" (digests of the kind {FIRST}; those of a new backup take them in)"
        )
    parts = told(wanted)
    if parts:
        criterion.covers(f"{parts}; every row of the other tables by a digest of its content{where}.")
    else:
        criterion.covers(f"Every row of every table by a digest of its content{where}.")


@dataclass(slots=True)
class RowComparison:
    """Collects rows and digests of the restored tables, then compares them with the manifest's."""

    wanted: Sequence[manifest.Table]
    found: Sequence[TableShape]
    depth: Depth
    criterion: Criterion
    algorithm: Algorithm = ALGORITHM
    """That of the digests in `wanted`."""
    sums: dict[int, RowSum] = field(default_factory=dict)
    unread: set[int] = field(default_factory=set)
    unchanged: set[Name] = field(default_factory=set)
    """Tables whose every row is proven to be that of the snapshot, partitioned ones too; once concluded."""

    @property
    def counted(self) -> set[int]:
        """Tables whose rows were all read, by OID."""
        return self.sums.keys() - self.unread

    def checks(self) -> list[Check]:
        """One check per large slice, one per batch of small tables."""
        known = {(table.schema_name, table.name) for table in self.wanted if table.rows is not None}
        chosen = [table for table in self.found if table.kind == "r" and table.qualified in known]
        self.sums = {table.oid: RowSum() for table in chosen}
        return [self._check(batch) for batch in batches(chosen, self._samples(chosen))]

    def _samples(self, chosen: Sequence[TableShape]) -> dict[int, manifest.Sample]:
        """The part of each table that its digest is of; none where contents are not compared."""
        wanted = {(table.schema_name, table.name): table.sample for table in self.wanted}
        samples: dict[int, manifest.Sample] = {}
        for table in chosen if self.depth == "full" else ():
            sample = wanted[table.qualified]
            lost = set(sample.key) - {column.name for column in table.columns} if sample else ()
            if sample is not None and not lost:
                samples[table.oid] = sample
            for name in lost:
                self.criterion.fault(shown(*table.qualified), f"its key column {name} is not there")
        return samples

    def _check(self, batch: list[Slice]) -> Check:
        cost = sum(3 * part.pages * 8192 + 8192 for part in batch)
        subject = shown(*batch[0].table.qualified)
        return Check("rows", subject, self.criterion, cost, partial(self._sum, batch))

    async def _sum(self, batch: list[Slice], connection: Connection) -> None:
        try:
            cursor = await connection.execute(batch_query(batch, self.depth, self.algorithm))
            rows = await cursor.fetchall()
        except psycopg.Error as error:
            if connection.closed or connection.broken:
                raise
            if len(batch) > 1:
                for part in batch:
                    await self._sum([part], connection)
                return
            self.unread.add(batch[0].table.oid)
            judge_error(self.criterion, shown(*batch[0].table.qualified), error)
            return
        for oid, count, total in rows:
            self.sums[oid] += RowSum(count, int(total))

    def conclude(self) -> list[TableFinding]:
        """Report every difference; returns the tables that differ."""
        by_name = {table.qualified: table for table in self.found}
        known = {(table.schema_name, table.name): table for table in self.wanted}
        findings: list[TableFinding] = []
        compared = rows = 0
        for table in self.wanted:
            restored = by_name.get((table.schema_name, table.name))
            if table.rows is None:
                continue
            if restored is None or restored.oid not in self.sums:
                self.criterion.fault(shown(table.schema_name, table.name), "its rows are not there")
                continue
            if restored.oid in self.unread:
                continue
            compared += 1
            rows += table.rows
            found = self._compare(table, self.sums[restored.oid])
            if found is not None:
                findings.append(found)
            elif self.depth == "full" and table.digest is not None and table.sample is None:
                self.unchanged.add(restored.qualified)
        self._add_unchanged_roots()
        moved = self._moved_between_partitions(findings)
        conditions = {table.qualified: table.extension_condition for table in self.found}
        for found in findings:
            name = (found.schema_name, found.name)
            if conditions[name] != known[name].extension_condition:
                extension = f"another version of the extension {known[name].extension}"
                self.criterion.could_not(f"{shown(*name)}: {extension} marks other rows of it as data")
            else:
                self._report(found, moved)
        what = "rows and contents" if self.depth == "full" else "row counts"
        parts = told(self.wanted) if self.depth == "full" else ""
        self.criterion.proved(
            f"{what} of {counted(compared, 'table')} ({rows:,} rows) as in the snapshot"
            + (f", but of contents only {parts}" if parts else "")
        )
        return findings

    def _add_unchanged_roots(self) -> None:
        kinds = {table.qualified: table.kind for table in self.found}
        leaves: dict[Name, set[Name]] = {}
        for part, root in partition_roots(self.found).items():
            if kinds[part] != "p":
                leaves.setdefault(root, set()).add(part)
        self.unchanged |= {root for root, parts in leaves.items() if parts <= self.unchanged}

    def _compare(self, wanted: manifest.Table, found: RowSum) -> TableFinding | None:
        equal = None if wanted.digest is None or self.depth != "full" else wanted.digest == found.text
        if wanted.rows == found.rows and equal is not False:
            return None
        return TableFinding(
            schema_name=wanted.schema_name,
            name=wanted.name,
            expected_rows=wanted.rows,
            rows=found.rows,
            digest_equal=equal,
        )

    def _moved_between_partitions(self, findings: Sequence[TableFinding]) -> set[Name]:
        """Partitions that differ although their partitioned table, taken as a whole, is what it was."""
        roots = partition_roots(self.found)
        suspects = {roots[name] for f in findings if (name := (f.schema_name, f.name)) in roots}
        if not suspects:
            return set()
        wanted: dict[Name, RowSum] = {}
        for table in self.wanted:
            root = roots.get((table.schema_name, table.name))
            if root in suspects and table.rows is not None:
                part = RowSum(table.rows, int(table.digest or "0", 16))
                wanted[root] = wanted.get(root, RowSum()) + part
        found: dict[Name, RowSum] = {}
        for shape in self.found:
            root = roots.get(shape.qualified)
            if root in suspects and shape.oid in self.sums:
                found[root] = found.get(root, RowSum()) + self.sums[shape.oid]
        intact = {root for root in suspects if root in found and wanted.get(root) == found[root]}
        return {leaf for leaf, root in roots.items() if root in intact}

    def _report(self, found: TableFinding, moved: set[Name]) -> None:
        name = (found.schema_name, found.name)
        if name in moved and self.depth == "full":
            self.criterion.caution(f"rows of {shown(*name)} moved to or from other partitions")
        elif found.rows != found.expected_rows:
            now = counted(found.rows or 0, "row")
            self.criterion.fault(shown(*name), f"{now}, and were {found.expected_rows:,}")
        else:
            self.criterion.fault(shown(*name), "as many rows as before, with other contents")
