-- A small database that has one of everything that a restore can lose.
CREATE SCHEMA sales;
CREATE TYPE sales.state AS ENUM ('new', 'paid');
CREATE DOMAIN sales.positive AS numeric CHECK (VALUE > 0);
CREATE FUNCTION sales.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := NEW.note; RETURN NEW; END $$;
CREATE TABLE sales.customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(40) NOT NULL CHECK (name IN ('ann', 'bob', 'cid')),
    state sales.state DEFAULT 'new',
    note text,
    twice bigint GENERATED ALWAYS AS (octet_length(note) * 2) STORED
);
CREATE TABLE sales.orders (
    id serial PRIMARY KEY,
    customer bigint NOT NULL REFERENCES sales.customers,
    total sales.positive NOT NULL,
    weight float8,
    details jsonb,
    placed timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT weight_known CHECK (weight > 0)
);
CREATE INDEX orders_placed ON sales.orders (placed) WHERE total > 10;
CREATE INDEX orders_details ON sales.orders USING gin (details);
CREATE UNIQUE INDEX customers_note ON sales.customers (note);
CREATE STATISTICS sales.orders_together ON customer, total FROM sales.orders;
CREATE TABLE sales.lots (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE sales.lot_uses (a int, b int, CONSTRAINT lot_uses_lot FOREIGN KEY (a, b) REFERENCES sales.lots MATCH FULL);
CREATE TABLE sales.tree (id int PRIMARY KEY, parent int REFERENCES sales.tree DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE sales.events (at date NOT NULL, node int REFERENCES sales.tree, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE sales.events_2024 PARTITION OF sales.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE sales.events_2025 PARTITION OF sales.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE sales.visits (id int PRIMARY KEY, customer bigint);
CREATE TABLE sales.parts (id int PRIMARY KEY, name text);
INSERT INTO sales.customers (name, note) SELECT (ARRAY['ann', 'bob', 'cid'])[1 + n % 3], 'note ' || n FROM generate_series(1, 3000) n;
INSERT INTO sales.orders (customer, total, weight, details)
    SELECT 1 + n % 3000, n, n / 7.0, jsonb_build_object('n', n) FROM generate_series(1, 5000) n;
INSERT INTO sales.lots SELECT n, n FROM generate_series(1, 50) n;
INSERT INTO sales.lot_uses SELECT n, n FROM generate_series(1, 40) n UNION ALL SELECT NULL, NULL;
INSERT INTO sales.tree SELECT n, nullif(n / 2, 0) FROM generate_series(1, 100) n;
INSERT INTO sales.events SELECT date '2024-01-01' + n, 1 + n % 100 FROM generate_series(0, 700) n;
INSERT INTO sales.visits SELECT n, n FROM generate_series(1, 100) n;
INSERT INTO sales.parts VALUES (1, 'größe'), (2, 'plain');
ALTER TABLE sales.visits ADD CONSTRAINT visits_customer FOREIGN KEY (customer) REFERENCES sales.customers NOT VALID;
CREATE TABLE sales.rooms (room int4range, CONSTRAINT room_free EXCLUDE USING gist ((int4range(lower(room), upper(room))) WITH &&));
ALTER INDEX sales.room_free ALTER COLUMN 1 SET STATISTICS 500;
CREATE VIEW sales.ann AS SELECT id, note FROM sales.customers WHERE name IN ('ann', 'bob');
CREATE MATERIALIZED VIEW sales.totals AS SELECT customer, sum(total) AS total FROM sales.orders GROUP BY 1;
CREATE TRIGGER touch BEFORE UPDATE ON sales.customers FOR EACH ROW EXECUTE FUNCTION sales.touch();
ALTER TABLE sales.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY ann_only ON sales.customers FOR SELECT TO shop_reader USING (name = 'ann');
GRANT USAGE ON SCHEMA sales TO shop_reader;
GRANT SELECT ON sales.orders TO shop_reader;
ALTER TABLE sales.lots OWNER TO shop_owner;
COMMENT ON TABLE sales.orders IS 'what was sold';
SELECT lo_from_bytea(4001, repeat('large', 1000)::bytea), lo_from_bytea(4002, '\x00ff'::bytea);
ALTER LARGE OBJECT 4001 OWNER TO shop_owner;
GRANT SELECT ON LARGE OBJECT 4001 TO shop_reader;
COMMENT ON LARGE OBJECT 4001 IS 'a scan';
ALTER DATABASE shop SET work_mem = '5MB';
ALTER ROLE shop_reader IN DATABASE shop SET work_mem = '7MB';
GRANT CONNECT ON DATABASE shop TO shop_reader;
COMMENT ON DATABASE shop IS 'the shop';
