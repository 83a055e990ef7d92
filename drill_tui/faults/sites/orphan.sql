SELECT child.shown || ' ' || k.conname AS site, ARRAY[
    format('DELETE FROM %s WHERE ctid = (SELECT p.ctid FROM %1$s AS p JOIN %s AS c ON %s LIMIT 1)', parent.quoted, child.quoted,
        (SELECT string_agg(format('c.%I = p.%I', a.attname, b.attname), ' AND ')
            FROM unnest(k.conkey, k.confkey) AS pair (mine, theirs)
            JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = pair.mine
            JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = pair.theirs))
] AS statements
FROM pg_constraint AS k JOIN own AS child ON child.oid = k.conrelid JOIN own AS parent ON parent.oid = k.confrelid
WHERE k.contype = 'f' AND k.conparentid = 0 AND parent.relkind = 'r' AND CASE current_setting('drill.variant')
        WHEN 'not valid' THEN NOT k.convalidated
        WHEN 'composite' THEN k.convalidated AND array_length(k.conkey, 1) > 1
        WHEN 'partitioned' THEN child.relkind = 'p'
        WHEN 'itself' THEN k.conrelid = k.confrelid
        ELSE k.convalidated AND k.conrelid <> k.confrelid AND child.relkind = 'r' AND array_length(k.conkey, 1) = 1
    END
ORDER BY child.shown, k.conname
