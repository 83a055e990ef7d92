SELECT shown || '.' || quoted_column AS site, ARRAY[format('ALTER TABLE %s DROP COLUMN %s', quoted, quoted_column)] AS statements
FROM columns WHERE NOT relispartition ORDER BY is_keyed, reltuples, shown, attnum
