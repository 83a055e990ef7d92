-- Partitions are analyzed with the partitioned table at their root (manual, ANALYZE).
SELECT n.nspname AS schema_name, c.relname AS name, pg_catalog.pg_relation_size(c.oid) AS size_bytes,
       c.relkind = 'p' AS partitioned
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
ORDER BY partitioned DESC, size_bytes DESC, n.nspname, c.relname
