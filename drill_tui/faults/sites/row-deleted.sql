SELECT shown AS site, ARRAY[format('DELETE FROM %s WHERE ctid = (SELECT ctid FROM %1$s LIMIT 1)', quoted)] AS statements
FROM tables ORDER BY is_parent, reltuples DESC, shown
