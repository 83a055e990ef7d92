"""Large objects: as many, and with the same content, as in the backup's snapshot."""

from __future__ import annotations

from functools import partial

from drill_tui.postgres.archive.manifest import LargeObjects
from drill_tui.postgres.content.digest import Depth
from drill_tui.postgres.content.facts import sum_large_objects
from drill_tui.postgres.verify.criterion import Criterion
from drill_tui.postgres.verify.names import counted
from drill_tui.postgres.verify.work import Check, Connection

SUBJECT = "large objects"


def large_object_check(wanted: LargeObjects, depth: Depth, criterion: Criterion) -> Check:
    """One pass over all large objects; also finds any where the source had none."""
    run = partial(_compare, wanted, depth, criterion)
    return Check("large_objects", SUBJECT, criterion, 3 * wanted.size_bytes + 8192, run)


async def _compare(wanted: LargeObjects, depth: Depth, criterion: Criterion, connection: Connection) -> None:
    found = await sum_large_objects(connection, depth)
    if found.count != wanted.count:
        criterion.fault(SUBJECT, f"there are {found.count:,}, and were {wanted.count:,}")
    elif depth == "full" and wanted.digest is None and wanted.count:
        criterion.could_not("the content of large objects is not in the manifest")
    elif depth == "full" and wanted.digest is not None and found.digest != wanted.digest:
        criterion.fault(SUBJECT, "as many as before, with other contents")
    elif wanted.count:
        criterion.proved(counted(wanted.count, "large object"))
