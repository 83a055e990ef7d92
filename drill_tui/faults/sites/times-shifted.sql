SELECT shown AS site, ARRAY[format($q$UPDATE %s SET %s = %2$s + interval '1 hour'$q$, quoted, quoted_column)] AS statements
FROM columns
WHERE type_name LIKE 'timestamp%' AND attgenerated = '' AND null_frac < 1
ORDER BY is_keyed, reltuples, shown, attnum
