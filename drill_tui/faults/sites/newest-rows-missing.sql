SELECT shown AS site, ARRAY[format('DELETE FROM %s WHERE %s = (SELECT max(%2$s) FROM %1$s)', quoted, quoted_column)] AS statements
FROM columns
WHERE (type_name LIKE 'timestamp%' OR type_name = 'date') AND null_frac < 1
ORDER BY is_parent, reltuples DESC, shown, attnum
