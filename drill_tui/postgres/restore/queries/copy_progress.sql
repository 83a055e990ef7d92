SELECT n.nspname AS schema_name, c.relname AS name, p.tuples_processed AS rows
FROM pg_catalog.pg_stat_progress_copy AS p
JOIN pg_catalog.pg_class AS c ON c.oid = p.relid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE p.datname = pg_catalog.current_database() AND p.command = 'COPY FROM'
