SELECT shown AS site, ARRAY[format('INSERT INTO %s SELECT * FROM %1$s', quoted)] AS statements
FROM tables AS t
WHERE NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = t.oid AND (i.indisunique OR i.indisexclusion))
    AND NOT EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = t.oid AND NOT a.attisdropped AND (a.attgenerated <> '' OR a.attidentity = 'a')
    )
ORDER BY reltuples, shown
