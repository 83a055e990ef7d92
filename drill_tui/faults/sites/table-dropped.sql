SELECT shown AS site, ARRAY[format('DROP TABLE %s CASCADE', quoted)] AS statements
FROM tables WHERE NOT relispartition ORDER BY is_parent, reltuples, shown
