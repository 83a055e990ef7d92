SELECT shown || '.' || quoted_column AS site, ARRAY[format('ALTER TABLE %s ALTER %s DROP NOT NULL', quoted, quoted_column)] AS statements
FROM columns
WHERE attnotnull AND attidentity = '' AND NOT relispartition AND NOT EXISTS (
    SELECT FROM pg_index AS i WHERE i.indrelid = columns.oid AND i.indisprimary AND attnum = ANY (i.indkey::int2[])
)
ORDER BY shown, attnum
