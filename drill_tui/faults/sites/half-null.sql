SELECT child.shown || ' ' || k.conname AS site, ARRAY[
    format('UPDATE %s SET %I = NULL WHERE ctid = (SELECT ctid FROM %1$s WHERE %2$I IS NOT NULL LIMIT 1)', child.quoted, a.attname)
] AS statements
FROM pg_constraint AS k JOIN own AS child ON child.oid = k.conrelid
    JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND NOT a.attnotnull
WHERE k.contype = 'f' AND k.confmatchtype = 'f' AND array_length(k.conkey, 1) > 1 AND child.relkind = 'r'
ORDER BY child.shown, k.conname, a.attnum DESC
