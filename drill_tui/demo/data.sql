-- Deterministic rows; the setting drill.scale multiplies the big tables (1 is about 100,000 rows in all).
SET search_path = '';
SET timezone = 'UTC';

CREATE FUNCTION pg_temp.scaled(rows_at_1 integer) RETURNS integer
    LANGUAGE sql STABLE
    RETURN greatest(1, (rows_at_1 * current_setting('drill.scale')::numeric)::integer);

INSERT INTO sales.customers (email, name, home, tags, profile, joined_at)
SELECT format('customer%s@example.test', n),
       (ARRAY['Ada Lovelace', 'Grace "Amazing" Hopper', 'Çağrı Öztürk', 'O''Brien', '王小明'])[1 + n % 5],
       CASE WHEN n % 7 > 0 THEN ROW(format('%s Main St, #%s', n, n % 9), NULL, point(n % 90, n % 180))::ops.address END,
       CASE n % 4 WHEN 0 THEN '{}' WHEN 1 THEN '{vip}' WHEN 2 THEN '{"a,b",NULL}' ELSE '{early,"with \"quotes\""}' END::text[],
       jsonb_build_object('newsletter', n % 2 = 0, 'score', n * 1.5, 'nested', jsonb_build_array(n, NULL, md5(n::text))),
       timestamptz '2024-01-01 00:00+00' + n * interval '37 minutes 0.123456 seconds'
FROM generate_series(1, pg_temp.scaled(2000)) AS n;

INSERT INTO sales.categories (parent_id, name)
SELECT CASE WHEN n > 3 THEN n / 3 END, format('Category %s', n) FROM generate_series(1, 40) AS n;

INSERT INTO sales.products (sku, category_id, title, net_price, tax_rate, thumbnail, weight_kg, available)
SELECT format('ZK-%s', lpad(n::text, 6, '0')), 1 + n % 40, format('Part no. %s', n), (n * 7919 % 100000) / 97.0,
       CASE WHEN n % 5 = 0 THEN 0.07 ELSE 0.19 END,
       CASE WHEN n % 3 = 0 THEN decode(repeat(md5(n::text), 8), 'hex') END,
       CASE n % 50 WHEN 0 THEN 'NaN'::real WHEN 1 THEN 'Infinity'::real WHEN 2 THEN '-0'::real ELSE n / 13.0 END,
       daterange(date '2025-01-01' + n, CASE WHEN n % 2 = 0 THEN date '2026-01-01' + n END)
FROM generate_series(1, 500) AS n;

INSERT INTO sales.orders (customer_id, status, placed_at, note)
SELECT 1 + (n::bigint * 7919) % pg_temp.scaled(2000),
       (ARRAY['draft', 'placed', 'paid', 'shipped', 'returned'])[1 + n % 5]::sales.order_status,
       timestamptz '2026-01-01 00:00+00' + n * interval '13 minutes',
       CASE WHEN n % 11 = 0 THEN E'Ring twice.\nLeave it at the \\ door.\t(tab)' END
FROM generate_series(1, pg_temp.scaled(10000)) AS n;

INSERT INTO sales.order_lines (order_id, line_no, sku, quantity, net_price)
SELECT o.id, l, format('ZK-%s', lpad((1 + (o.id * l) % 500)::text, 6, '0')), 1 + (o.id + l) % 4, (o.id % 1000) / 7.0
FROM sales.orders AS o, generate_series(1, 3) AS l;

INSERT INTO sales.shipments (id, order_id, line_no, shipped_at, tracking)
SELECT md5(format('shipment %s', o.id))::uuid, o.id, 1, o.placed_at + interval '2 days',
       ('10.0.' || o.id % 256 || '.0/24')::inet
FROM sales.orders AS o WHERE o.status IN ('shipped', 'returned');

INSERT INTO sales.payments (order_id, amount, rate, received_at, took)
SELECT o.id, (o.id % 500) * 1.10, CASE o.id % 100 WHEN 0 THEN 'NaN'::float8 WHEN 1 THEN '-Infinity'::float8 ELSE o.id / 3.0 END,
       o.placed_at + interval '1 hour', make_interval(months => (o.id % 3)::integer, secs => o.id % 100)
FROM sales.orders AS o WHERE o.status <> 'draft';

INSERT INTO ops.teams VALUES (1, 'Frames'), (2, 'Wheels'), (3, 'Electrics');
INSERT INTO ops.employees (team_id, manager_id, name, phone)
SELECT 1 + n % 3, CASE WHEN n > 3 THEN 1 + n % 3 END, format('Mechanic %s', n), CASE WHEN n % 2 = 0 THEN format('+49 30 %s', 10000 + n) END
FROM generate_series(1, 60) AS n;

INSERT INTO ops.tickets (team_id, assignee_id, opened_at, title, body, closed)
SELECT e.team_id, e.id, timestamptz '2026-01-02 08:00+00' + n * interval '41 minutes', format('Ticket about %s', md5(n::text)),
       repeat(format('The wheel squeaks (%s). ', n), n % 40), n % 3 > 0
FROM generate_series(1, pg_temp.scaled(3000)) AS n JOIN ops.employees AS e ON e.id = 1 + n % 60
ORDER BY n;

INSERT INTO ops.bookings (bay, during, ticket)
SELECT n % 4, tstzrange(timestamptz '2026-02-01 08:00+00' + n / 4 * interval '1 hour', timestamptz '2026-02-01 09:00+00' + n / 4 * interval '1 hour'),
       100000 + n * 10
FROM generate_series(0, 99) AS n WHERE n < pg_temp.scaled(3000);

INSERT INTO ops.documents (ticket, file_name, content)
SELECT 100000 + n * 10, format('photo %s.jpg', n),
       lo_from_bytea(700000 + n, decode(repeat(md5(n::text) || md5((n * 3)::text), 20 * (1 + n % 9)), 'hex'))
FROM generate_series(0, 24) AS n WHERE n < pg_temp.scaled(3000);

INSERT INTO ops.events (at, ticket, kind, payload)
SELECT timestamptz '2026-01-01 00:00+00' + n * interval '9 minutes', CASE WHEN n % 3 = 0 THEN 100000 + n % 1000 * 10 END,
       (ARRAY['opened', 'seen', 'part ordered', 'closed'])[1 + n % 4],
       CASE WHEN n % 5 = 0 THEN jsonb_build_object('n', n, 'hash', md5(n::text)) END
FROM generate_series(1, pg_temp.scaled(40000)) AS n;

INSERT INTO ops.presence SELECT id, timestamptz '2026-06-01 07:00+00' + id * interval '1 minute' FROM ops.employees;
INSERT INTO ops.order_changes SELECT id, placed_at, NULL, status FROM sales.orders WHERE id % 2 = 0;
