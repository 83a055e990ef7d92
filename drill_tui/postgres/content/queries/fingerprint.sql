-- Every definition that a dump would carry in its schema, one line each, for one hash (`due` asks after changes).
-- Schemas are judged where they are joined: over the lines, the system's own 3,000 functions would be written out first.
SELECT line
FROM (
    SELECT format('column %s.%s %s %s %s %s', n.nspname, c.relname, a.attname,
                  pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
                  pg_catalog.pg_get_expr(d.adbin, d.adrelid)) AS line
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
        AND (n.nspname || '.') !~ '^(pg_catalog|information_schema|pg_toast|pg_temp_[0-9]+)[.]'
    UNION ALL
    SELECT format('relation %s.%s %s %s %s', n.nspname, c.relname, c.relkind, c.relpersistence,
                  CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END)
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
        AND (n.nspname || '.') !~ '^(pg_catalog|information_schema|pg_toast|pg_temp_[0-9]+)[.]'
    UNION ALL
    SELECT format('constraint %s.%s %s', n.nspname, k.conname, pg_catalog.pg_get_constraintdef(k.oid))
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
    WHERE (n.nspname || '.') !~ '^(pg_catalog|information_schema|pg_toast|pg_temp_[0-9]+)[.]'
    UNION ALL
    SELECT format('index %s', pg_catalog.pg_get_indexdef(i.indexrelid))
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    UNION ALL
    SELECT format('trigger %s %s', t.tgenabled, pg_catalog.pg_get_triggerdef(t.oid))
    FROM pg_catalog.pg_trigger t
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('function %s', pg_catalog.pg_get_functiondef(p.oid))
    FROM pg_catalog.pg_proc p
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prokind IN ('f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    UNION ALL
    SELECT format('extension %s %s', e.extname, e.extversion)
    FROM pg_catalog.pg_extension e
) AS definitions
ORDER BY line COLLATE "C"
