-- Every relation of a user's that keeps rows of its own, biggest first, with its table access method.
SELECT rel.oid::bigint AS oid,
       rel_schema.nspname AS schema_name,
       rel.relname AS name,
       method.amname AS access_method,
       pg_catalog.pg_relation_size(rel.oid) AS size_bytes
  FROM pg_catalog.pg_class AS rel
  JOIN pg_catalog.pg_namespace AS rel_schema ON rel_schema.oid = rel.relnamespace
  JOIN pg_catalog.pg_am AS method ON method.oid = rel.relam
 WHERE rel.relkind IN ('r', 'm')
   AND rel.relpersistence <> 't'
   AND rel_schema.nspname <> 'information_schema'
   AND rel_schema.nspname !~ '^pg_'
 ORDER BY size_bytes DESC, rel.oid
