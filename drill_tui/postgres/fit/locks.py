"""How many locks a restore and its verification may hold at once.

One transaction of pg_dump locks every table (its schema is compared after the restore), and adding a foreign
key to a partitioned table locks every partition, its index and its new triggers' tables.  A server holds
`max_locks_per_transaction` x (`max_connections` + `max_prepared_transactions`) of them (manual 20.12).
"""

from __future__ import annotations

from typing import Final

CONNECTIONS: Final = 100
"""`max_connections` of a server of ours."""
LOCKS_PER_RELATION: Final = 4
"""Measured on 15.20: a foreign key to a root of 600 partitions takes four for each table and index."""
AT_LEAST: Final = 128
"""From PostgreSQL 19 the default of `max_locks_per_transaction`, which doubled with the need."""
AT_MOST: Final = 100_000
"""A lock takes some 400 bytes of shared memory: at this setting 4 GB."""


def slots_for(relations: int) -> int:
    """Locks to be held at once where there are so many relations."""
    return relations * LOCKS_PER_RELATION


def locks_per_transaction(relations: int, of_source: int, *, connections: int = CONNECTIONS) -> int:
    """`max_locks_per_transaction` for a target: never below the source's own.

    `of_source` is 0 where nobody knows it.
    """
    sized = -(-slots_for(relations) // connections)
    return min(max(AT_LEAST, of_source, sized), AT_MOST)
