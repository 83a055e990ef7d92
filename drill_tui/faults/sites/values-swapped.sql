SELECT shown AS site, ARRAY[
    format('UPDATE %s AS one SET %s = other.%2$s FROM %1$s AS other, (SELECT '
        '(SELECT ctid FROM %1$s WHERE %2$s IS NOT NULL ORDER BY %2$s LIMIT 1) AS low, '
        '(SELECT ctid FROM %1$s WHERE %2$s IS NOT NULL ORDER BY %2$s DESC LIMIT 1) AS high) AS pair '
        'WHERE (one.ctid = pair.low AND other.ctid = pair.high) OR (one.ctid = pair.high AND other.ctid = pair.low)',
        quoted, quoted_column)
] AS statements
FROM columns
WHERE NOT is_keyed AND attgenerated = '' AND n_distinct NOT IN (0, 1)
    AND (type_name IN ('smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'text',
        'character varying', 'date') OR type_name LIKE 'timestamp%')
ORDER BY reltuples, shown, attnum
