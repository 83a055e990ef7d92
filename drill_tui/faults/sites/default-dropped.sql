SELECT shown || '.' || quoted_column AS site, ARRAY[format('ALTER TABLE %s ALTER %s DROP DEFAULT', quoted, quoted_column)] AS statements
FROM columns WHERE atthasdef AND attgenerated = '' AND NOT relispartition ORDER BY shown, attnum
