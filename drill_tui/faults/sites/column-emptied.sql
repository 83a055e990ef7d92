SELECT shown AS site, ARRAY[format('UPDATE %s SET %s = NULL', quoted, quoted_column)] AS statements
FROM columns
WHERE NOT attnotnull AND NOT is_keyed AND attgenerated = '' AND null_frac < 1
ORDER BY reltuples, shown, attnum
