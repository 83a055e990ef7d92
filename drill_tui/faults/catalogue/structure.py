"""Faults in the definitions of a restored database: what is missing, weaker, or another than it was."""

from __future__ import annotations

from functools import partial
from typing import Final

from drill_tui.faults.fault import InDatabase, InPages, Often, fault

TABLES: Final = "required_tables"
DATA: Final = "data_integrity"
KEYS: Final = "foreign_keys"
INDEXES: Final = "indexes"
SCHEMA: Final = "schema"
IGNORED_ERRORS: Final = "PostgreSQL manual, pg_restore: it goes on after errors, and counts them at the end"
DRIFT: Final = "a schema that migrations made anew in the place of the one in the backup"
SEARCH_PATH: Final = (
    "measured: pg_dump empties search_path, and expressions that rely on it fail at the restore"
)
BUILD_AGAIN: Final = "Take its definition from the archive (pg_restore --schema-only) and run it."


_fault = partial(fault, difficulty=3, undone=BUILD_AGAIN, noticed_by=(SCHEMA,))


FAULTS: Final = (
    _fault(
        "table-dropped",
        "A table is missing.",
        InDatabase("table-dropped"),
        "The application fails at once where it needs it, and months later where it does not.",
        often=Often.COMMON,
        source="spindb 320: one missing extension took many tables along",
        difficulty=1,
        undone="Look for the first error of the restore: one cause can take many tables along.",
        noticed_by=(TABLES, SCHEMA, DATA, KEYS, INDEXES),
    ),
    _fault(
        "table-added",
        "There is a table that the source did not have.",
        InDatabase("table-added"),
        "The restore went into a database that was not empty.",
        source="ovumcy-web 349: psql into a database that is not empty ends with 0",
        undone="Restore into an empty database.",
        noticed_by=(TABLES, SCHEMA),
    ),
    _fault(
        "view-dropped",
        "A view is missing.",
        InDatabase("view-dropped"),
        "Every table is there; reports fail.",
        source="PostgreSQL 15.20 release notes: some views were written out in a form that does not load",
        noticed_by=(TABLES, SCHEMA),
        difficulty=2,
    ),
    _fault(
        "view-changed",
        "A view has another definition.",
        InDatabase("view-changed"),
        "It answers, with other rows.",
        source=DRIFT,
        difficulty=4,
    ),
    _fault(
        "column-type-changed",
        "A column has another type.",
        InDatabase("column-type-changed"),
        "Everything reads as before, until a value does not fit.",
        source=DRIFT,
        difficulty=4,
        noticed_by=(SCHEMA, DATA),
    ),
    _fault(
        "column-dropped",
        "A column is missing.",
        InDatabase("column-dropped"),
        "As many rows as before.",
        source=DRIFT,
        difficulty=2,
        noticed_by=(SCHEMA, DATA, KEYS, INDEXES),
    ),
    _fault(
        "default-dropped",
        "A column lost its default.",
        InDatabase("default-dropped"),
        "Old rows are right; new ones have NULL, or fail.",
        source=SEARCH_PATH,
        noticed_by=(SCHEMA, DATA),
    ),
    _fault(
        "not-null-dropped",
        "A column may be empty now.",
        InDatabase("not-null-dropped"),
        "Nothing, until somebody stores nothing in it.",
        source="commit 615ff828 of PostgreSQL: a child's own NOT NULL got lost when dumped from 17",
        difficulty=4,
    ),
    _fault(
        "check-dropped",
        "A check constraint is missing.",
        InDatabase("constraint-dropped", "c"),
        "Wrong values are stored from now on.",
        source="ArkEcosystem 2857: a check whose function reads a table that is not loaded yet",
    ),
    _fault(
        "primary-key-dropped",
        "A primary key is missing.",
        InDatabase("constraint-dropped", "p"),
        "Duplicates are stored from now on, and the table is slow.",
        source=IGNORED_ERRORS,
        difficulty=2,
        noticed_by=(INDEXES, SCHEMA),
    ),
    _fault(
        "foreign-key-dropped",
        "A foreign key is missing.",
        InDatabase("constraint-dropped", "f"),
        "There are no orphans, yet.",
        source="PostgreSQL 15.20 release notes: parallel restore built a key before its index was valid",
        noticed_by=(KEYS, SCHEMA),
    ),
    _fault(
        "index-dropped",
        "An index is missing.",
        InDatabase("index"),
        "Every answer is right, and one of them takes minutes.",
        often=Often.COMMON,
        source="osprey 1026 and margince 5019: a parallel index build that ran out of shared memory",
        noticed_by=(INDEXES, SCHEMA),
    ),
    _fault(
        "index-invalid",
        "An index is there and not valid.",
        InDatabase("index", "invalid"),
        "\\d names it; the planner does not use it.",
        source="PostgreSQL manual, CREATE INDEX CONCURRENTLY: a build that failed leaves an invalid index",
        undone="REINDEX INDEX CONCURRENTLY.",
        noticed_by=(INDEXES, SCHEMA),
    ),
    _fault(
        "index-not-unique",
        "A unique index is not unique any more.",
        InDatabase("index", "not unique"),
        "As fast as before, and duplicates are stored from now on.",
        often=Often.RARE,
        source=DRIFT,
        difficulty=4,
        noticed_by=(INDEXES, SCHEMA),
    ),
    _fault(
        "index-page-damaged",
        "A page of an index is damaged on disk.",
        InPages("pages", "index"),
        "A query by this index misses rows that a full scan finds.",
        often=Often.RARE,
        source="PostgreSQL manual, amcheck: structural damage that queries do not report",
        difficulty=5,
        undone="REINDEX INDEX, and find out what the disk or the memory did.",
        noticed_by=(INDEXES, DATA),
    ),
    _fault(
        "trigger-disabled",
        "A trigger is switched off.",
        InDatabase("trigger", "disabled"),
        "Old rows are right; what the trigger kept up is not kept up any more.",
        often=Often.COMMON,
        source="PostgreSQL manual, pg_restore --disable-triggers: a load that was cut off leaves them so",
        difficulty=4,
        undone="ALTER TABLE … ENABLE TRIGGER.",
    ),
    _fault(
        "trigger-dropped",
        "A trigger is missing.",
        InDatabase("trigger", "dropped"),
        "Old rows are right; what the trigger kept up is not kept up any more.",
        source=IGNORED_ERRORS,
    ),
    _fault(
        "comment-lost",
        "A comment is missing.",
        InDatabase("comment-lost"),
        "Nothing but the documentation; tools that read comments fail.",
        often=Often.RARE,
        source="PostgreSQL manual, pg_restore --no-comments",
    ),
    _fault(
        "function-changed",
        "A function has an older body.",
        InDatabase("function"),
        "It runs, and computes what it computed last year.",
        source=DRIFT,
        difficulty=5,
    ),
    _fault(
        "enum-grown",
        "An enumeration has one value more.",
        InDatabase("enum-grown"),
        "Nothing, until it is stored.",
        often=Often.RARE,
        source=DRIFT,
        difficulty=4,
    ),
    _fault(
        "statistics-dropped",
        "Extended statistics are missing.",
        InDatabase("statistics-dropped"),
        "Plans that were good are bad.",
        often=Often.RARE,
        source=IGNORED_ERRORS,
        difficulty=4,
    ),
)
