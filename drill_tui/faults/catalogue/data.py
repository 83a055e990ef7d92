"""Faults in the rows of a restored database: what a restore that ended well can have lost or changed."""

from __future__ import annotations

from functools import partial
from typing import Final

from drill_tui.faults.fault import InDatabase, InPages, Often, fault

DATA: Final = "data_integrity"
KEYS: Final = "foreign_keys"
INDEXES: Final = "indexes"
IN_THE_BACKUP: Final = (
    "Look whether the backup holds it; if it does, restore again; if not, take an older backup."
)
FILTERED: Final = (
    "dumps that are filtered on the way (anonymising hooks, --exclude-table-data, awk over COPY)"
)
UNCHECKED_LOAD: Final = "PostgreSQL manual, pg_restore --disable-triggers: keys stay marked as valid"


_fault = partial(fault, difficulty=4, undone=IN_THE_BACKUP, noticed_by=(DATA,))


FAULTS: Final = (
    _fault(
        "row-deleted",
        "One row of a table is missing.",
        InDatabase("row-deleted"),
        "The count is one less than the manifest's.",
        source=FILTERED,
        noticed_by=(DATA, KEYS),
    ),
    _fault(
        "rows-loaded-twice",
        "A table without a key was loaded twice.",
        InDatabase("rows-loaded-twice"),
        "Twice as many rows; nothing in the database objects.",
        often=Often.COMMON,
        source="kubeblocks-addons 3438: 'already exists' was tolerated, and COPY appended (measured)",
        difficulty=3,
    ),
    _fault(
        "table-emptied",
        "A table came back without its rows.",
        InDatabase("table-emptied"),
        "The table is there and empty.",
        often=Often.COMMON,
        source="nself 414: success with zero rows; measured: an archive cut at half restores no rows",
        difficulty=2,
        noticed_by=(DATA, KEYS),
    ),
    _fault(
        "partition-emptied",
        "One partition came back without its rows.",
        InDatabase("partition-emptied"),
        "The partitioned table answers, with a gap in time.",
        source="field reports of partitions that a dump with -t or -n left out",
        noticed_by=(DATA, KEYS),
    ),
    _fault(
        "value-changed",
        "One value of one row is another.",
        InDatabase("value-changed"),
        "As many rows as before; only a digest of the contents differs.",
        source="measured: one flipped byte of an uncompressed archive restores with exit code 0",
        difficulty=5,
    ),
    _fault(
        "values-swapped",
        "Two rows have each other's value.",
        InDatabase("values-swapped"),
        "Counts, sums and averages are what they were.",
        often=Often.RARE,
        source="hand-made loads with a wrong join; no sum over a column finds it",
        difficulty=5,
    ),
    _fault(
        "scale-of-a-number",
        "A number has another number of decimals.",
        InDatabase("scale-of-a-number"),
        "5 became 5.0: equal to every query, and not what was stored.",
        often=Often.RARE,
        source="loads by way of CSV or another database; PostgreSQL manual, 8.1.2 (numeric keeps its scale)",
        difficulty=5,
    ),
    _fault(
        "text-garbled",
        "Text was read in another encoding than it was written in.",
        InDatabase("text-garbled"),
        "Ã¼ in the place of ü.",
        often=Often.COMMON,
        source="plain dumps loaded with another client_encoding; PostgreSQL manual, 24.3",
        difficulty=2,
    ),
    _fault(
        "times-shifted",
        "The times of a table are an hour off.",
        InDatabase("times-shifted"),
        "As many rows, and every interval between two of them is right.",
        source="timestamps without a zone, loaded by a client in another one; PostgreSQL manual, 8.5.3",
        difficulty=5,
    ),
    _fault(
        "newest-rows-missing",
        "The newest rows of a table are missing.",
        InDatabase("newest-rows-missing"),
        "The greatest time in the table is older than the backup.",
        often=Often.COMMON,
        source="backups of a standby that lagged; PostgreSQL manual, 27.2.5",
        noticed_by=(DATA, KEYS),
    ),
    _fault(
        "rows-hidden",
        "The role that took the backup saw only half of the rows of a table with policies.",
        InDatabase("rows-hidden"),
        "Half as many rows; counted as the same role, the source has as few.",
        often=Often.COMMON,
        source="PostgreSQL manual, pg_dump --enable-row-security; measured: exit code 0 and 50 of 100 rows",
        noticed_by=(DATA, KEYS),
        undone="Back up as a superuser or a role with BYPASSRLS. The rows are not in this backup.",
    ),
    _fault(
        "column-emptied",
        "One column came back empty.",
        InDatabase("column-emptied"),
        "As many rows as before, and NULL in one column of all of them.",
        source=FILTERED,
        difficulty=3,
    ),
    _fault(
        "sequence-set-back",
        "A sequence starts over.",
        InDatabase("sequence-set-back", "owned"),
        "Nothing, until the first insert fails with a duplicate key.",
        often=Often.COMMON,
        source="dumps made with -t or --data-only without the sequences; engram #1575",
        difficulty=3,
    ),
    _fault(
        "identity-set-back",
        "The counter of an identity column starts over.",
        InDatabase("sequence-set-back", "identity"),
        "Nothing, until the first insert fails with a duplicate key.",
        source="data loaded into a fresh schema; PostgreSQL manual, ALTER TABLE … RESTART",
        difficulty=3,
    ),
    _fault(
        "materialized-view-empty",
        "A materialized view was not filled.",
        InDatabase("materialized-view-empty"),
        "Reading it fails: it has not been populated.",
        often=Often.COMMON,
        source="pgcopydb 484 and 501: its refresh failed at the restore for want of a search_path",
        difficulty=2,
        undone="Find out why its refresh failed, then REFRESH MATERIALIZED VIEW.",
    ),
    _fault(
        "large-object-missing",
        "One large object is missing.",
        InDatabase("large-objects", "one"),
        "A document opens with an error; its row is there.",
        source="PostgreSQL manual, vacuumlo: run on the wrong database it removes what is referenced",
    ),
    _fault(
        "large-objects-left-out",
        "All large objects are missing.",
        InDatabase("large-objects", "all"),
        "Every document opens with an error; every table is whole.",
        often=Often.COMMON,
        source="PostgreSQL manual, pg_dump: large objects are left out when -n or -t is given",
        difficulty=2,
    ),
    _fault(
        "large-object-changed",
        "One large object has another content.",
        InDatabase("large-objects", "changed"),
        "As many large objects as before; only a digest differs.",
        often=Often.RARE,
        source="measured: one flipped byte of an uncompressed archive restores with exit code 0",
        difficulty=5,
    ),
    _fault(
        "orphan-under-a-valid-key",
        "A row refers to a row that is not there, under a key marked as valid.",
        InDatabase("orphan", "valid"),
        "convalidated is true; only an anti-join finds the orphan.",
        often=Often.COMMON,
        source=UNCHECKED_LOAD,
        noticed_by=(KEYS, DATA),
    ),
    _fault(
        "orphan-under-a-key-not-valid",
        "A row refers to a row that is not there, under a key that was never validated.",
        InDatabase("orphan", "not valid"),
        "The dump carries NOT VALID and its orphans over without a word.",
        source="measured: NOT VALID stays NOT VALID and brings its orphans along, exit code 0",
        noticed_by=(KEYS, DATA),
    ),
    _fault(
        "orphan-under-a-composite-key",
        "A row refers by two columns to a row that is not there.",
        InDatabase("orphan", "composite"),
        "Each column alone has a partner; the pair has none.",
        often=Often.RARE,
        source=UNCHECKED_LOAD,
        noticed_by=(KEYS, DATA),
        difficulty=5,
    ),
    _fault(
        "orphan-in-a-partition",
        "A row of a partition refers to a row that is not there.",
        InDatabase("orphan", "partitioned"),
        "The key of the partitioned table is valid.",
        source="gitlab 508672: a detached partition lost its triggers, and the source had orphans",
        noticed_by=(KEYS, DATA),
    ),
    _fault(
        "orphan-of-itself",
        "A row refers to a row of its own table that is not there.",
        InDatabase("orphan", "itself"),
        "A tree with a branch in the air.",
        source=UNCHECKED_LOAD,
        noticed_by=(KEYS, DATA),
    ),
    _fault(
        "half-null-under-match-full",
        "A key with MATCH FULL has one column without a value.",
        InDatabase("half-null"),
        "MATCH SIMPLE would allow it.",
        often=Often.RARE,
        source=UNCHECKED_LOAD,
        noticed_by=(KEYS, DATA),
        difficulty=5,
    ),
    _fault(
        "table-page-damaged",
        "A page of a table is damaged on disk.",
        InPages("pages", "table"),
        "A query that meets the page fails, or finds other rows; all others answer.",
        often=Often.RARE,
        source="PostgreSQL manual, 28.2: without data checksums a damaged page is read as it is",
        noticed_by=(DATA, INDEXES, KEYS),
    ),
)
