-- Every index of a user's table, biggest first.  relkind I is the index of a partitioned table: it holds nothing.
SELECT index.oid::bigint AS oid,
       index_schema.nspname AS schema_name,
       index.relname AS name,
       parent.relname AS table_name,
       method.amname AS access_method,
       index.relkind = 'I' AS partitioned,
       meta.indisvalid AS valid,
       meta.indisready AND meta.indislive AS ready,
       meta.indisunique AS unique_index,
       pg_catalog.pg_relation_size(index.oid) AS size_bytes,
       pg_catalog.pg_table_size(parent.oid) AS table_size_bytes
  FROM pg_catalog.pg_index AS meta
  JOIN pg_catalog.pg_class AS index ON index.oid = meta.indexrelid
  JOIN pg_catalog.pg_class AS parent ON parent.oid = meta.indrelid
  JOIN pg_catalog.pg_namespace AS index_schema ON index_schema.oid = index.relnamespace
  JOIN pg_catalog.pg_am AS method ON method.oid = index.relam
 WHERE index_schema.nspname <> 'information_schema'
   AND index_schema.nspname !~ '^pg_'
   AND parent.relpersistence <> 't'
 ORDER BY table_size_bytes DESC, size_bytes DESC, index.oid
