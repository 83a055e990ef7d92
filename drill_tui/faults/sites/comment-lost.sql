SELECT shown AS site, ARRAY[format('COMMENT ON TABLE %s IS NULL', quoted)] AS statements
FROM own
WHERE relkind IN ('r', 'p') AND obj_description(oid, 'pg_class') IS NOT NULL ORDER BY shown
