"""One row as a number: SQL that takes in every value of it, and gives the same on PostgreSQL 14 to 18.

Each value is hashed by PostgreSQL itself, under a seed of its column's place in the order of their names.
Facts that shape the expressions, each of them measured:

* Types whose hash is coarser than their value (-0 = 0, 1.0 = 1.00, '1 mon' = '30 days', enums by OID,
  arrays without their bounds) are hashed through their exact binary form, or through the text that COPY
  writes.
* A hash function that is called by itself takes half of the time that `hash_record_extended` needs for the
  same column, which makes a row of it first. So that is left to types whose hash function SQL cannot call.
* `hash_record_extended` is linear in its columns (h = 31 h + e), and exclusive-or more so: what is joined
  by it must be mixed.
* A sum of rows that are not mixed does not notice two values swapped between rows: `hashint8extended`
  around it.
* `hash_numeric_extended` leaves out the sign: -1.5 and 1.5 have one hash. The text of a numeric says all of
  it, and takes no longer.
* `hashint8extended` folds the halves of a value into one: -1 is 4294967295, (1 << 32) + 2 is (2 << 32) + 1.
  Signs are lost and halves swapped in real data, so the upper half is in the seed as well. From 0 on what
  fits an integer keeps that type's hash: that a column became one is a matter of the schema. Times are folded
  too, but nothing moves them by 2^32 microseconds and as many again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Final, Literal

from psycopg import sql

from drill_tui.postgres.client.catalog import Column, quoted

Algorithm = Literal["pg-row-hash-sum-v1", "pg-row-hash-sum-v2"]
FIRST: Final = "pg-row-hash-sum-v1"
"""All values of a row by one `hash_record_extended`."""
ALGORITHM: Final = "pg-row-hash-sum-v2"
"""What is taken today: values by their own hash functions, where SQL can call them."""
KNOWN: Final[dict[str, Algorithm]] = {FIRST: FIRST, ALGORITHM: ALGORITHM}
"""Those that a backup or a witness may have been digested by."""

OWN_HASH: Final = {
    18: "hashcharextended",
    21: "hashint2extended",
    23: "hashint4extended",
    26: "hashoidextended",
    650: "hashinetextended",
    774: "hashmacaddr8extended",
    829: "hashmacaddrextended",
    869: "hashinetextended",
    1083: "time_hash_extended",
    1114: "timestamp_hash_extended",
    2950: "uuid_hash_extended",
}
"""Types with a hash that takes in the value, and the function of it (fixed OIDs of pg_type.dat)."""
INT8, PG_LSN = 20, 3220
BOOL, BYTEA, DATE, TIMESTAMPTZ, TIMETZ = 16, 17, 1082, 1184, 1266
EXACT: Final = frozenset({*OWN_HASH, INT8, PG_LSN, BOOL, BYTEA, DATE, TIMESTAMPTZ, TIMETZ})
TEXTUAL: Final = frozenset({25, 1043})
NAME: Final = 19
BPCHAR: Final = 1042
NUMERIC: Final = 1700
BINARY_FORM: Final = {790: "cash_send", 1186: "interval_send"}
FLOATS: Final = {700: ("float4send", "float4"), 701: ("float8send", "float8")}


def row_expression(columns: Sequence[Column], algorithm: Algorithm = ALGORITHM) -> sql.SQL:
    """SQL for one row's 64-bit mixed hash."""
    if not columns:
        return sql.SQL("0::pg_catalog.int8")
    parts: list[str] = []
    others: list[str] = []
    for place, column in enumerate(columns):
        own = _own_hash(column, _number("value", place)) if algorithm != FIRST else None
        if own is None:
            others.append(value_expression(column))
        else:
            parts.append(f"coalesce({own}, {_number('null', place)})")
    if others:
        parts.append(_of_record(", ".join(others), 0))
    return sql.SQL(f"pg_catalog.hashint8extended({_joined(parts)}, 0)")


def value_expression(column: Column) -> str:
    """SQL for a column's value in a form whose hash takes in all of it."""
    name, oid = _name(column), column.type_oid
    if oid in EXACT or oid == NAME or (oid == NUMERIC and column.typmod != -1):
        return name
    if oid in TEXTUAL or (oid == BPCHAR and column.typmod != -1):
        return f'{name} collate "C"'
    if oid in FLOATS:
        send, kind = FLOATS[oid]
        # Every NaN is written alike by COPY, whatever its bits were.
        return f"pg_catalog.{send}(case when {name} = 'NaN' then 'NaN'::pg_catalog.{kind} else {name} end)"
    if oid == NUMERIC:
        return f"pg_catalog.numeric_send({name})"
    if oid in BINARY_FORM:
        return f"pg_catalog.{BINARY_FORM[oid]}({name})"
    if column.by_format:
        name = quoted(column.name)
        return (
            f"case when {name} is distinct from null then pg_catalog.format('%s', {name}) end collate \"C\""
        )
    return _text(quoted(column.output_schema, column.output_function), name)


def _own_hash(column: Column, seed: int) -> str | None:
    """SQL for a value's hash by its type's own function, null for null; None where SQL cannot call one."""
    name, oid, value = _name(column), column.type_oid, value_expression(column)
    if oid == INT8:
        return f"pg_catalog.hashint8extended({name}, {seed} # ({name} >> 32))"
    if oid == PG_LSN:
        return _of_record(f"pg_catalog.pg_lsn_send({name})", seed)
    if oid in OWN_HASH:
        return f"pg_catalog.{OWN_HASH[oid]}({name}, {seed})"
    if oid == BOOL:
        return f"pg_catalog.hashint4extended({name}::pg_catalog.int4, {seed})"
    if oid == TIMESTAMPTZ:  # the sessions that take digests have UTC, where this loses nothing
        return f"pg_catalog.timestamp_hash_extended({name}::pg_catalog.timestamp, {seed})"
    if oid == NUMERIC:
        return _of_text(_text("pg_catalog.numeric_out", name), seed)
    if oid == BPCHAR and column.typmod != -1:
        return f"pg_catalog.hashbpcharextended({value}, {seed})"
    if oid == DATE:
        days = f"pg_catalog.hashint4extended({name} - '2000-01-01'::pg_catalog.date, {seed})"
        return _unless(f"not pg_catalog.isfinite({name})", value, days, seed)
    if oid in FLOATS:
        own = f"pg_catalog.hash{FLOATS[oid][1]}extended({name}, {seed})"
        return _unless(f"{name} = '0' or {name} = 'NaN'", value, own, seed)
    if oid in (BYTEA, NAME, TIMETZ) or oid in BINARY_FORM:
        return None
    return _of_text(value, seed)


def _text(output: str, name: str) -> str:
    return f'pg_catalog.textin({output}({name})) collate "C"'


def _of_text(text: str, seed: int) -> str:
    return f"pg_catalog.hashtextextended({text}, {seed})"


def _unless(special: str, value: str, own: str, seed: int) -> str:
    """Values for which the type's own hash is too coarse, or fails, by the form that takes in all of them."""
    return f"case when {special} then {_of_record(value, seed)} else {own} end"


def _of_record(values: str, seed: int) -> str:
    return f"pg_catalog.hash_record_extended(row({values}), {seed})"


def _joined(parts: Sequence[str]) -> str:
    """All of them by exclusive-or, in halves: the parser goes one call deeper for each operator in a row."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({_joined(parts[:half])} # {_joined(parts[half:])})"


def _name(column: Column) -> str:
    name = quoted(column.name)
    return name if column.cast is None else f"({name} :: {column.cast})"


@cache
def _number(what: str, place: int) -> int:
    """A place's seed, or what stands for null there: numbers that have nothing in common with each other."""
    digest = hashlib.sha256(f"{ALGORITHM} {what} {place}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
