-- What the other files of this folder choose from: the database's own relations, tables with rows, columns.
WITH own AS (
    SELECT c.oid, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relispartition, c.relispopulated,
        c.reltuples, c.relpages, n.nspname, c.relname,
        format('%I.%I', n.nspname, c.relname) AS quoted,
        n.nspname || '.' || c.relname AS shown
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relpersistence <> 't'
        AND NOT EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
        )
), tables AS (
    SELECT own.*, EXISTS (SELECT FROM pg_constraint AS k WHERE k.contype = 'f' AND k.confrelid = own.oid) AS is_parent
    FROM own WHERE relkind = 'r' AND reltuples > 0
), columns AS (
    SELECT t.*, a.attnum, a.attnotnull, a.atthasdef, a.attgenerated, a.attidentity, a.atttypmod,
        quote_ident(a.attname) AS quoted_column,
        coalesce(nullif(y.typbasetype, 0), a.atttypid)::regtype::text AS type_name,
        y.typtype = 'd' AS is_domain,
        coalesce(s.n_distinct, 0) AS n_distinct, coalesce(s.null_frac, 0) AS null_frac,
        EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = t.oid AND a.attnum = ANY (i.indkey::int2[]))
            OR EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = t.oid AND k.contype IN ('f', 'p', 'u', 'x') AND a.attnum = ANY (k.conkey))
            AS is_keyed
    FROM tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type AS y ON y.oid = a.atttypid
        LEFT JOIN pg_stats AS s ON s.schemaname = t.nspname AND s.tablename = t.relname AND s.attname = a.attname
)
