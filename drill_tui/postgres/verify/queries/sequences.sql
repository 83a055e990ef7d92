-- Every sequence, and every column that draws from it: by identity, OWNED BY or a default expression.
-- Partitions are left to their root, which reads them all.
SELECT seq_schema.nspname AS schema_name,
       seq.relname AS name,
       meta.seqincrement AS increment,
       meta.seqcycle AS cycles,
       ext.extname AS extension,
       coalesce(seq.oid = ANY (ext.extconfig), false) AS extension_data,
       coalesce((
         SELECT jsonb_agg(jsonb_build_object(
                  'schema', tab_schema.nspname, 'table', tab.relname, 'column', att.attname,
                  'partitioned', tab.relkind = 'p',
                  'plain', link.plain,
                  'numeric', typ.typname IN ('int2', 'int4', 'int8', 'numeric'),
                  'size_bytes', pg_catalog.pg_table_size(tab.oid))
                ORDER BY tab_schema.nspname, tab.relname, att.attname)
           FROM (
                SELECT dep.refobjid AS relid, dep.refobjsubid AS attnum, bool_or(true) AS plain
                  FROM pg_catalog.pg_depend AS dep
                 WHERE dep.classid = 'pg_catalog.pg_class'::regclass AND dep.objid = seq.oid AND dep.objsubid = 0
                   AND dep.refclassid = 'pg_catalog.pg_class'::regclass AND dep.refobjsubid > 0
                   AND dep.deptype = 'i'
                 GROUP BY 1, 2
                UNION
                SELECT def.adrelid, def.adnum,
                       pg_catalog.pg_get_expr(def.adbin, def.adrelid)
                         ~ '^nextval\(''.*''::regclass\)(::[a-z0-9 ]+)?$'
                  FROM pg_catalog.pg_depend AS dep
                  JOIN pg_catalog.pg_attrdef AS def ON def.oid = dep.objid
                 WHERE dep.classid = 'pg_catalog.pg_attrdef'::regclass
                   AND dep.refclassid = 'pg_catalog.pg_class'::regclass AND dep.refobjid = seq.oid
                ) AS link
           JOIN pg_catalog.pg_class AS tab ON tab.oid = link.relid
           JOIN pg_catalog.pg_namespace AS tab_schema ON tab_schema.oid = tab.relnamespace
           JOIN pg_catalog.pg_attribute AS att ON att.attrelid = link.relid AND att.attnum = link.attnum
           JOIN pg_catalog.pg_type AS typ ON typ.oid = att.atttypid
          WHERE tab.relkind IN ('r', 'p') AND NOT tab.relispartition
       ), '[]'::jsonb) AS columns
  FROM pg_catalog.pg_sequence AS meta
  JOIN pg_catalog.pg_class AS seq ON seq.oid = meta.seqrelid
  JOIN pg_catalog.pg_namespace AS seq_schema ON seq_schema.oid = seq.relnamespace
  LEFT JOIN pg_catalog.pg_depend AS membership
    ON membership.classid = 'pg_catalog.pg_class'::regclass AND membership.objid = seq.oid
   AND membership.objsubid = 0 AND membership.deptype = 'e'
  LEFT JOIN pg_catalog.pg_extension AS ext ON ext.oid = membership.refobjid
 WHERE seq.relpersistence <> 't'
   AND (seq.relpersistence = 'p' OR NOT pg_catalog.pg_is_in_recovery())
   AND seq_schema.nspname <> 'information_schema'
   AND seq_schema.nspname !~ '^pg_'
 ORDER BY seq_schema.nspname, seq.relname
