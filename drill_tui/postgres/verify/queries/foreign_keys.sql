-- Every foreign key that somebody declared; the copies that partitioning makes are left to their parent.
-- NOT ENFORCED and PERIOD exist from 18: to_jsonb reads them where they exist.
SELECT con.oid::bigint AS oid,
       con.conname AS name,
       con.confmatchtype::text AS match_type,
       con.convalidated AS validated,
       coalesce((to_jsonb(con) ->> 'conenforced')::boolean, true) AS enforced,
       coalesce((to_jsonb(con) ->> 'conperiod')::boolean, false) AS temporal,
       child_schema.nspname AS child_schema,
       child.relname AS child_name,
       child.relkind = 'p' AS child_partitioned,
       parent_schema.nspname AS parent_schema,
       parent.relname AS parent_name,
       parent.relkind = 'p' AS parent_partitioned,
       columns.child_columns,
       columns.parent_columns,
       columns.operator_schemas,
       columns.operators,
       columns.collation_schemas,
       columns.collations,
       pg_catalog.pg_table_size(child.oid) + pg_catalog.pg_table_size(parent.oid) AS size_bytes
  FROM pg_catalog.pg_constraint AS con
  JOIN pg_catalog.pg_class AS child ON child.oid = con.conrelid
  JOIN pg_catalog.pg_namespace AS child_schema ON child_schema.oid = child.relnamespace
  JOIN pg_catalog.pg_class AS parent ON parent.oid = con.confrelid
  JOIN pg_catalog.pg_namespace AS parent_schema ON parent_schema.oid = parent.relnamespace
 CROSS JOIN LATERAL (
        SELECT array_agg(ours.attname::text ORDER BY pair.n) AS child_columns,
               array_agg(theirs.attname::text ORDER BY pair.n) AS parent_columns,
               array_agg(operator_schema.nspname::text ORDER BY pair.n) AS operator_schemas,
               array_agg(operator.oprname::text ORDER BY pair.n) AS operators,
               array_agg(collation_schema.nspname::text ORDER BY pair.n) AS collation_schemas,
               array_agg(coll.collname::text ORDER BY pair.n) AS collations
          FROM unnest(con.conkey, con.confkey, con.conpfeqop) WITH ORDINALITY AS pair (ours, theirs, op, n)
          JOIN pg_catalog.pg_attribute AS ours ON ours.attrelid = con.conrelid AND ours.attnum = pair.ours
          JOIN pg_catalog.pg_attribute AS theirs ON theirs.attrelid = con.confrelid AND theirs.attnum = pair.theirs
          JOIN pg_catalog.pg_operator AS operator ON operator.oid = pair.op
          JOIN pg_catalog.pg_namespace AS operator_schema ON operator_schema.oid = operator.oprnamespace
          LEFT JOIN pg_catalog.pg_collation AS coll
            ON coll.oid = theirs.attcollation AND theirs.attcollation <> ours.attcollation
          LEFT JOIN pg_catalog.pg_namespace AS collation_schema ON collation_schema.oid = coll.collnamespace
       ) AS columns
 WHERE con.contype = 'f'
   AND con.conparentid = 0
   AND child_schema.nspname <> 'information_schema'
   AND child_schema.nspname !~ '^pg_'
 ORDER BY size_bytes DESC, child_schema.nspname, child.relname, con.conname
