"""One way after another in which a restored database can be wrong (on tests/corpus/restored_shop.sql)."""

from __future__ import annotations

from dataclasses import dataclass

UNCHECKED = "SET session_replication_role = replica"
"""Lets rows change without a look at foreign keys and triggers."""


@dataclass(frozen=True)
class Fault:
    """`criteria` are all that must be missed; `words` stand in the detail of the first one."""

    name: str
    criteria: tuple[str, ...]
    words: str
    statements: tuple[str, ...]


DATA, KEYS, INDEXES, TABLES, SCHEMAS = (
    "data_integrity",
    "foreign_keys",
    "indexes",
    "required_tables",
    "schema",
)
FAULTS = [
    Fault(
        "row-deleted",
        (DATA,),
        "sales.visits: 99 rows, and were 100",
        ("DELETE FROM sales.visits WHERE id = 7",),
    ),
    Fault("row-added", (DATA,), "sales.visits: 101 rows", ("INSERT INTO sales.visits VALUES (101, 1)",)),
    Fault("table-emptied", (DATA,), "sales.visits: 0 rows", ("TRUNCATE sales.visits",)),
    Fault(
        "value-changed",
        (DATA,),
        "sales.orders: as many rows as before, with other contents",
        ("UPDATE sales.orders SET total = total + 0.01 WHERE id = 77",),
    ),
    Fault(
        "values-swapped-between-rows",
        (DATA,),
        "sales.orders: as many rows",
        (
            "UPDATE sales.orders o SET total = p.total FROM sales.orders p"
            " WHERE (o.id, p.id) IN ((10, 11), (11, 10))",
        ),
    ),
    Fault(
        "partition-row-changed",
        (DATA,),
        "sales.events_2024: as many rows",
        ("UPDATE sales.events SET node = 99 WHERE at = '2024-03-01'",),
    ),
    Fault(
        "scale-of-a-number",
        (DATA,),
        "sales.orders",
        ("UPDATE sales.orders SET total = 5.0 WHERE total = 5",),
    ),
    Fault(
        "sequence-set-back",
        (DATA,),
        "sequence sales.orders_id_seq",
        ("SELECT setval('sales.orders_id_seq', 5)",),
    ),
    Fault(
        "identity-set-back",
        (DATA,),
        "sequence sales.customers_id_seq",
        ("ALTER TABLE sales.customers ALTER id RESTART WITH 3000",),
    ),
    Fault(
        "materialized-view-empty",
        (DATA,),
        "sales.totals: materialized view is not populated",
        ("REFRESH MATERIALIZED VIEW sales.totals WITH NO DATA",),
    ),
    Fault("large-object-missing", (DATA,), "large objects: there are 1", ("SELECT lo_unlink(4002)",)),
    Fault("large-object-changed", (DATA,), "large objects: as many", ("SELECT lo_put(4001, 10, 'x')",)),
    Fault(
        "table-dropped", (TABLES, SCHEMAS, DATA, KEYS, INDEXES), "sales.visits", ("DROP TABLE sales.visits",)
    ),
    Fault("table-added", (TABLES, SCHEMAS), "sales.extra", ("CREATE TABLE sales.extra ()",)),
    Fault("view-dropped", (TABLES, SCHEMAS), "sales.ann", ("DROP VIEW sales.ann",)),
    Fault(
        "column-type-changed",
        (SCHEMAS,),
        "TABLE sales.visits",
        ("ALTER TABLE sales.visits ALTER customer TYPE int",),
    ),
    Fault(
        "column-dropped",
        (SCHEMAS, DATA, KEYS),
        "TABLE sales.visits",
        ("ALTER TABLE sales.visits DROP customer",),
    ),
    Fault(
        "default-changed", (SCHEMAS,), "sales.orders", ("ALTER TABLE sales.orders ALTER placed DROP DEFAULT",)
    ),
    Fault(
        "check-dropped",
        (SCHEMAS,),
        "TABLE sales.orders",
        ("ALTER TABLE sales.orders DROP CONSTRAINT weight_known",),
    ),
    Fault(
        "index-dropped", (INDEXES, SCHEMAS), "INDEX sales.orders_placed", ("DROP INDEX sales.orders_placed",)
    ),
    Fault(
        "index-of-other-columns",
        (INDEXES, SCHEMAS),
        "INDEX sales.orders_placed",
        ("DROP INDEX sales.orders_placed", "CREATE INDEX orders_placed ON sales.orders (total)"),
    ),
    Fault(
        "index-invalid",
        (INDEXES, SCHEMAS),
        "index sales.orders_placed: is not valid",
        ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'sales.orders_placed'::regclass",),
    ),
    Fault(
        "primary-key-dropped",
        (INDEXES, SCHEMAS),
        "CONSTRAINT sales.visits visits_pkey",
        ("ALTER TABLE sales.visits DROP CONSTRAINT visits_pkey",),
    ),
    Fault(
        "foreign-key-dropped",
        (KEYS, SCHEMAS),
        "FK CONSTRAINT sales.orders orders_customer_fkey",
        ("ALTER TABLE sales.orders DROP CONSTRAINT orders_customer_fkey",),
    ),
    Fault(
        "orphan-under-a-valid-key",
        (KEYS, DATA),
        "sales.orders orders_customer_fkey: 1 row without a parent in sales.customers",
        (UNCHECKED, "UPDATE sales.orders SET customer = 99999 WHERE id = 5"),
    ),
    Fault(
        "orphan-under-a-key-not-valid",
        (KEYS, DATA),
        "sales.visits visits_customer: 1 row without a parent",
        (UNCHECKED, "UPDATE sales.visits SET customer = 99999 WHERE id = 5"),
    ),
    Fault(
        "orphan-under-a-composite-key",
        (KEYS, DATA),
        "sales.lot_uses lot_uses_lot",
        (UNCHECKED, "UPDATE sales.lot_uses SET b = 9 WHERE a = 5"),
    ),
    Fault(
        "half-null-under-match-full",
        (KEYS, DATA),
        "sales.lot_uses lot_uses_lot",
        (UNCHECKED, "UPDATE sales.lot_uses SET b = NULL WHERE a = 5"),
    ),
    Fault(
        "orphan-in-a-partition",
        (KEYS, DATA),
        "sales.events events_node_fkey",
        (UNCHECKED, "UPDATE sales.events SET node = 1000 WHERE at = '2025-02-02'"),
    ),
    Fault(
        "orphan-of-itself",
        (KEYS, DATA),
        "sales.tree tree_parent_fkey",
        (UNCHECKED, "UPDATE sales.tree SET parent = 1000 WHERE id = 50"),
    ),
    Fault(
        "policy-dropped",
        (SCHEMAS,),
        "POLICY sales.customers ann_only",
        ("DROP POLICY ann_only ON sales.customers",),
    ),
    Fault(
        "row-security-off",
        (SCHEMAS,),
        "ROW SECURITY sales.customers",
        ("ALTER TABLE sales.customers DISABLE ROW LEVEL SECURITY",),
    ),
    Fault(
        "trigger-disabled",
        (SCHEMAS,),
        "TRIGGER sales.customers touch",
        ("ALTER TABLE sales.customers DISABLE TRIGGER touch",),
    ),
    Fault(
        "grant-revoked",
        (SCHEMAS,),
        "ACL sales.TABLE orders",
        ("REVOKE SELECT ON sales.orders FROM shop_reader",),
    ),
    Fault("owner-changed", (SCHEMAS,), "TABLE sales.lots", ("ALTER TABLE sales.lots OWNER TO postgres",)),
    Fault(
        "comment-changed",
        (SCHEMAS,),
        "COMMENT sales.TABLE orders",
        ("COMMENT ON TABLE sales.orders IS NULL",),
    ),
    Fault(
        "function-changed",
        (SCHEMAS,),
        "FUNCTION sales.touch()",
        (
            "CREATE OR REPLACE FUNCTION sales.touch() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NULL; END $$",
        ),
    ),
    Fault(
        "view-changed",
        (SCHEMAS,),
        "VIEW sales.ann",
        ("CREATE OR REPLACE VIEW sales.ann AS SELECT id, note FROM sales.customers WHERE name = 'ann'",),
    ),
    Fault("enum-grown", (SCHEMAS,), "TYPE sales.state", ("ALTER TYPE sales.state ADD VALUE 'lost'",)),
    Fault(
        "setting-lost", (SCHEMAS,), "database setting work_mem", ("ALTER DATABASE {database} RESET work_mem",)
    ),
    Fault(
        "database-grant-lost",
        (SCHEMAS,),
        "its grants are not as in the backup",
        ("REVOKE CONNECT ON DATABASE {database} FROM shop_reader",),
    ),
]
