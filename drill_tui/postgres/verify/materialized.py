"""Materialized views: as many rows as the source's had, which went by its last refresh."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from drill_tui.postgres.archive import manifest
from drill_tui.postgres.client.catalog import TableShape
from drill_tui.postgres.content.materialized import count_populated
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted, shown
from drill_tui.postgres.verify.work import Check, Connection


def materialized_checks(
    wanted: Sequence[manifest.Table], found: Sequence[TableShape], criterion: Criterion
) -> list[Check]:
    """One check per view whose rows the manifest knows."""
    before = {(table.schema_name, table.name): table.view_rows for table in wanted}
    return [
        Check(
            "views",
            shown(*view.qualified),
            criterion,
            view.size_bytes + 8192,
            partial(_compare, view, rows, criterion),
        )
        for view in found
        if view.kind == "m" and view.populated and (rows := before.get(view.qualified)) is not None
    ]


async def _compare(view: TableShape, then: int, criterion: Criterion, connection: Connection) -> None:
    now = (await count_populated(connection, [view])).get(view.oid)
    name = shown(*view.qualified)
    if now is None:
        criterion.leaves_out(f"how many rows {name} has")
    elif now != then:
        criterion.caution(
            f"the materialized view {name} has {counted(now, 'row')}, and had {then:,} "
            "at the source's last refresh"
        )
