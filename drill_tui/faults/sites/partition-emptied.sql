SELECT shown AS site, ARRAY[format('DELETE FROM %s', quoted)] AS statements
FROM tables WHERE relispartition ORDER BY is_parent, reltuples, shown
