"""Where the catalogue's faults are put in tests/corpus/restored_shop.sql, and what is said of them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DATA, KEYS, INDEXES, TABLES, SCHEMAS = (
    "data_integrity",
    "foreign_keys",
    "indexes",
    "required_tables",
    "schema",
)


@dataclass(frozen=True)
class Case:
    """`criteria` are all that must be missed; `words` stand in the detail of the first one."""

    fault: str
    site: str
    criteria: tuple[str, ...]
    words: str


CASES: Final = (
    Case("row-deleted", "sales.visits", (DATA,), "sales.visits: 99 rows, and were 100"),
    Case("rows-loaded-twice", "sales.lot_uses", (DATA,), "sales.lot_uses: 82 rows"),
    Case("table-emptied", "sales.visits", (DATA,), "sales.visits: 0 rows"),
    Case("partition-emptied", "sales.events_2024", (DATA,), "sales.events_2024: 0 rows"),
    Case(
        "value-changed",
        "sales.orders",
        (DATA,),
        "sales.orders: as many rows as before, with other contents",
    ),
    Case("values-swapped", "sales.orders", (DATA,), "sales.orders: as many rows"),
    Case("scale-of-a-number", "sales.orders", (DATA,), "sales.orders"),
    Case("text-garbled", "sales.parts", (DATA,), "sales.parts: as many rows"),
    Case("times-shifted", "sales.orders", (DATA,), "sales.orders: as many rows"),
    Case("newest-rows-missing", "sales.events_2025", (DATA,), "sales.events_2025: 334 rows, and were 335"),
    Case("rows-hidden", "sales.customers", (DATA, KEYS), "sales.customers: 1,500 rows, and were 3,000"),
    Case("column-emptied", "sales.customers", (DATA,), "sales.customers: as many rows"),
    Case("sequence-set-back", "sales.orders_id_seq", (DATA,), "sequence sales.orders_id_seq"),
    Case("identity-set-back", "sales.customers_id_seq", (DATA,), "sequence sales.customers_id_seq"),
    Case(
        "materialized-view-empty",
        "sales.totals",
        (DATA,),
        "sales.totals: materialized view is not populated",
    ),
    Case("large-object-missing", "large object 4002", (DATA,), "large objects: there are 1"),
    Case("large-objects-left-out", "large object 4002", (DATA,), "large objects: there are 0"),
    Case("large-object-changed", "large object 4001", (DATA,), "large objects: as many"),
    Case("table-dropped", "sales.visits", (TABLES, SCHEMAS, DATA, KEYS, INDEXES), "sales.visits"),
    Case("table-added", "sales.left_over", (TABLES, SCHEMAS), "sales.left_over"),
    Case("view-dropped", "sales.ann", (TABLES, SCHEMAS), "sales.ann"),
    Case("column-type-changed", "sales.visits.customer", (SCHEMAS,), "TABLE sales.visits"),
    Case("column-dropped", "sales.visits.customer", (SCHEMAS, DATA, KEYS), "TABLE sales.visits"),
    Case("default-dropped", "sales.orders.placed", (SCHEMAS,), "sales.orders"),
    Case("not-null-dropped", "sales.orders.customer", (SCHEMAS,), "TABLE sales.orders"),
    Case("check-dropped", "sales.orders weight_known", (SCHEMAS,), "TABLE sales.orders"),
    Case("index-dropped", "sales.orders_placed", (INDEXES, SCHEMAS), "INDEX sales.orders_placed"),
    Case("index-not-unique", "sales.customers_note", (INDEXES, SCHEMAS), "INDEX sales.customers_note"),
    Case(
        "index-invalid",
        "sales.orders_placed",
        (INDEXES, SCHEMAS),
        "index sales.orders_placed: is not valid",
    ),
    Case(
        "primary-key-dropped",
        "sales.visits visits_pkey",
        (INDEXES, SCHEMAS),
        "CONSTRAINT sales.visits visits_pkey",
    ),
    Case(
        "foreign-key-dropped",
        "sales.orders orders_customer_fkey",
        (KEYS, SCHEMAS),
        "FK CONSTRAINT sales.orders orders_customer_fkey",
    ),
    Case(
        "orphan-under-a-valid-key",
        "sales.orders orders_customer_fkey",
        (KEYS, DATA),
        "sales.orders orders_customer_fkey: 2 rows without a parent in sales.customers",
    ),
    Case(
        "orphan-under-a-key-not-valid",
        "sales.visits visits_customer",
        (KEYS, DATA),
        "sales.visits visits_customer: 1 row without a parent",
    ),
    Case(
        "orphan-under-a-composite-key",
        "sales.lot_uses lot_uses_lot",
        (KEYS, DATA),
        "sales.lot_uses lot_uses_lot: 1 row",
    ),
    Case(
        "half-null-under-match-full",
        "sales.lot_uses lot_uses_lot",
        (KEYS, DATA),
        "sales.lot_uses lot_uses_lot",
    ),
    Case(
        "orphan-in-a-partition",
        "sales.events events_node_fkey",
        (KEYS, DATA),
        "sales.events events_node_fkey",
    ),
    Case("orphan-of-itself", "sales.tree tree_parent_fkey", (KEYS, DATA), "sales.tree tree_parent_fkey"),
    Case("policy-dropped", "sales.customers ann_only", (SCHEMAS,), "POLICY sales.customers ann_only"),
    Case("row-security-off", "sales.customers", (SCHEMAS,), "ROW SECURITY sales.customers"),
    Case("trigger-disabled", "sales.customers touch", (SCHEMAS,), "TRIGGER sales.customers touch"),
    Case("trigger-dropped", "sales.customers touch", (SCHEMAS,), "TRIGGER sales.customers touch"),
    Case("grant-revoked", "sales.orders", (SCHEMAS,), "ACL sales.TABLE orders"),
    Case("granted-to-everybody", "sales.orders", (SCHEMAS,), "ACL sales.TABLE orders"),
    Case("owner-changed", "sales.lots", (SCHEMAS,), "TABLE sales.lots"),
    Case("comment-lost", "sales.orders", (SCHEMAS,), "COMMENT sales.TABLE orders"),
    Case("function-changed", "sales.touch()", (SCHEMAS,), "FUNCTION sales.touch()"),
    Case("function-runs-as-its-owner", "sales.touch()", (SCHEMAS,), "FUNCTION sales.touch()"),
    Case("view-changed", "sales.ann", (SCHEMAS,), "VIEW sales.ann"),
    Case("enum-grown", "sales.state", (SCHEMAS,), "TYPE sales.state"),
    Case("statistics-dropped", "sales.orders_together", (SCHEMAS,), "STATISTICS sales.orders_together"),
    Case("setting-lost", "database", (SCHEMAS,), "database setting work_mem"),
    Case("database-grant-lost", "database", (SCHEMAS,), "its grants are not as in the backup"),
    Case("role-missing", "role shop_reader", (SCHEMAS, DATA), "role shop_reader"),
    Case("role-superuser", "role shop_owner", (SCHEMAS,), "role shop_owner: is SUPERUSER, and was not"),
    Case("role-without-login", "role shop_reader", (SCHEMAS,), "role shop_reader: is not LOGIN, and was"),
    Case(
        "role-membership-lost",
        "role shop_reader",
        (SCHEMAS,),
        "role shop_reader: is not a member of shop_staff, and was",
    ),
    Case("index-page-damaged", "sales.customers_note", (INDEXES,), "sales.customers_note"),
    Case("table-page-damaged", "sales.orders", (DATA, INDEXES, KEYS), "sales.orders"),
)
