-- What a dump restores after the data: indexes, keys, triggers, views, policies, grants.
SET search_path = '';
SET ROLE zakops_owner;

ALTER TABLE sales.payments ADD CONSTRAINT payments_order
    FOREIGN KEY (order_id) REFERENCES sales.orders (id) NOT VALID;
COMMENT ON CONSTRAINT payments_order ON sales.payments IS 'Never validated, as in many grown databases.';

CREATE INDEX customers_tags ON sales.customers USING gin (tags);
CREATE INDEX customers_profile ON sales.customers USING gin (profile jsonb_path_ops);
CREATE UNIQUE INDEX customers_email_lower ON sales.customers (pg_catalog.lower(email));
CREATE INDEX orders_open ON sales.orders (placed_at DESC) WHERE status IN ('draft', 'placed');
CREATE INDEX orders_customer ON sales.orders USING hash (customer_id);
CREATE INDEX order_lines_sku ON sales.order_lines (sku) INCLUDE (quantity);
CREATE INDEX events_at ON ops.events USING brin (at);
CREATE INDEX events_kind ON ops.events (kind, at);
CREATE INDEX products_available ON sales.products USING gist (available);
CREATE STATISTICS sales.order_lines_dependent (dependencies) ON sku, net_price FROM sales.order_lines;

CREATE FUNCTION sales.note_status() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $body$
BEGIN
    INSERT INTO ops.order_changes VALUES (NEW.id, pg_catalog.now(), OLD.status, NEW.status);
    RETURN NEW;
END
$body$;
CREATE TRIGGER note_status AFTER UPDATE OF status ON sales.orders
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sales.note_status();

CREATE FUNCTION ops.open_tickets(team smallint DEFAULT NULL)
    RETURNS TABLE (number integer, title text)
    LANGUAGE sql STABLE SECURITY INVOKER SET search_path = ''
    AS $$ SELECT t.number, t.title FROM ops.tickets AS t WHERE NOT t.closed AND (team IS NULL OR t.team_id = team) $$;
CREATE PROCEDURE ops.close_ticket(ticket integer)
    LANGUAGE sql SET search_path = ''
    AS $$ UPDATE ops.tickets SET closed = true WHERE number = ticket $$;
CREATE AGGREGATE sales.product (numeric) (SFUNC = pg_catalog.numeric_mul, STYPE = numeric, INITCOND = '1');

CREATE VIEW sales.order_totals WITH (security_barrier = true) AS
    SELECT o.id, o.customer_id, pg_catalog.sum(l.quantity * l.net_price) AS net_total
    FROM sales.orders AS o JOIN sales.order_lines AS l ON l.order_id = o.id
    GROUP BY o.id;
CREATE VIEW sales.big_orders AS SELECT * FROM sales.order_totals WHERE net_total > 500;
CREATE MATERIALIZED VIEW ops.events_per_day AS
    SELECT pg_catalog.date_trunc('day', e.at, 'UTC') AS day, e.kind, pg_catalog.count(*) AS events
    FROM ops.events AS e GROUP BY 1, 2;
CREATE UNIQUE INDEX events_per_day_key ON ops.events_per_day (day, kind);
CREATE RULE big_orders_are_read_only AS ON DELETE TO sales.big_orders DO INSTEAD NOTHING;

ALTER TABLE ops.tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_team ON ops.tickets FOR SELECT TO zakops_app
    USING (team_id = pg_catalog.current_setting('zakops.team', true)::smallint);
CREATE POLICY readers_see_open ON ops.tickets FOR SELECT TO zakops_readonly USING (NOT closed);

GRANT USAGE ON SCHEMA sales, ops TO zakops_readonly;
GRANT SELECT ON ALL TABLES IN SCHEMA sales, ops TO zakops_readonly;
GRANT INSERT, UPDATE (status, note) ON sales.orders TO zakops_app;
GRANT INSERT ON sales.order_lines, sales.payments TO zakops_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA sales TO zakops_app;
REVOKE EXECUTE ON PROCEDURE ops.close_ticket(integer) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE ops.close_ticket(integer) TO zakops_app WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT SELECT ON TABLES TO zakops_readonly;

RESET ROLE;
DO $$
DECLARE document record;
BEGIN
    FOR document IN SELECT content FROM ops.documents ORDER BY id LOOP
        EXECUTE pg_catalog.format('ALTER LARGE OBJECT %s OWNER TO zakops_owner', document.content);
        EXECUTE pg_catalog.format('GRANT SELECT ON LARGE OBJECT %s TO zakops_readonly', document.content);
    END LOOP;
END
$$;
ANALYZE;
