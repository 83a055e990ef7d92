"""Pages of a copy that never got a checksum: what is left of a backup from before checksums were switched on.

A page's checksum is never 0 (PostgreSQL's checksum_impl.h), so that 0 on a page with content says that it was
written without one (manual 28.2).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PAGE_HEAD_BYTES: Final = 24
CHECKSUM: Final = slice(8, 10)
PAGES_WITH_OTHER_HEADS: Final = frozenset({"pg_control", "pg_filenode.map", "pg_internal.init"})


def lacks_checksums(folder: Path) -> bool:
    """Whether the first page of any relation's file in this folder was written without a checksum."""
    for path in folder.iterdir():
        if path.is_file() and path.name not in PAGES_WITH_OTHER_HEADS:
            with path.open("rb") as file:
                head = file.read(PAGE_HEAD_BYTES)
            if any(head) and not any(head[CHECKSUM]):
                return True
    return False
