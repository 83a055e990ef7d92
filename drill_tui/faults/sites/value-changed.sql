SELECT shown AS site, ARRAY[
    format('UPDATE %s SET %s = %s WHERE ctid = (SELECT ctid FROM %1$s WHERE %2$s IS NOT NULL LIMIT 1)',
        quoted, quoted_column,
        CASE
            WHEN type_name IN ('text', 'character varying') THEN quoted_column || $q$ || ' '$q$
            WHEN type_name = 'boolean' THEN 'NOT ' || quoted_column
            WHEN type_name LIKE 'timestamp%' THEN quoted_column || $q$ + interval '1 second'$q$
            ELSE quoted_column || ' + 1'
        END)
] AS statements
FROM columns
WHERE NOT is_keyed AND attgenerated = '' AND null_frac < 1
    AND (type_name IN ('smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'text',
        'character varying', 'boolean', 'date') OR type_name LIKE 'timestamp%')
ORDER BY is_domain, reltuples DESC, shown, type_name <> 'numeric', attnum
