SELECT shown AS site, ARRAY[format('DELETE FROM %s', quoted)] AS statements
FROM tables WHERE NOT relispartition ORDER BY is_parent, reltuples, shown
