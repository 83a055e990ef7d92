SELECT shown AS site, ARRAY[
    format('UPDATE %s SET %s = %2$s * 1.0 WHERE ctid = (SELECT ctid FROM %1$s WHERE %2$s IS NOT NULL LIMIT 1)',
        quoted, quoted_column)
] AS statements
FROM columns
WHERE type_name = 'numeric' AND atttypmod = -1 AND NOT is_keyed AND attgenerated = '' AND null_frac < 1
ORDER BY reltuples, shown, attnum
