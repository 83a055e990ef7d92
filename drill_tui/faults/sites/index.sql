SELECT own.shown AS site, CASE current_setting('drill.variant')
        WHEN 'invalid' THEN ARRAY[format('UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s', own.oid)]
        WHEN 'not unique' THEN ARRAY[
            format('DROP INDEX %s', own.quoted),
            replace(pg_get_indexdef(own.oid), 'CREATE UNIQUE INDEX', 'CREATE INDEX')
        ]
        ELSE ARRAY[format('DROP INDEX %s', own.quoted)]
    END AS statements
FROM own JOIN pg_index AS i ON i.indexrelid = own.oid JOIN tables AS t ON t.oid = i.indrelid
WHERE own.relkind = 'i' AND NOT own.relispartition AND i.indisvalid
    AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = own.oid)
    AND (current_setting('drill.variant') <> 'not unique' OR i.indisunique)
ORDER BY t.reltuples, own.shown
