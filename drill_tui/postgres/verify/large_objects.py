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
    else:
        changed = _changed(wanted, found)
        for what in changed:
            criterion.fault(SUBJECT, f"{what} are not as in the backup")
        if wanted.count and not changed:
            criterion.proved(counted(wanted.count, "large object"))
    if wanted.count and wanted.owners is None:
        criterion.leaves_out("owners, grants and comments of large objects, which the manifest does not know")


def _changed(wanted: LargeObjects, found: LargeObjects) -> list[str]:
    """What differs of the catalog's entries; pg_dump's schema output does not show them."""
    pairs = (
        ("owners", wanted.owners, found.owners),
        ("grants", wanted.grants, found.grants),
        ("comments", wanted.comments, found.comments),
    )
    return [what for what, before, after in pairs if before is not None and before != after]
