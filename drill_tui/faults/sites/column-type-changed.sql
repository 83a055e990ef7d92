SELECT shown || '.' || quoted_column AS site, ARRAY[
    format('ALTER TABLE %s ALTER %s TYPE %s', quoted, quoted_column,
        CASE type_name WHEN 'bigint' THEN 'integer' WHEN 'integer' THEN 'bigint' ELSE 'text' END)
] AS statements
FROM columns
WHERE type_name IN ('bigint', 'integer', 'character varying') AND attgenerated = '' AND attidentity = ''
    AND NOT relispartition AND NOT is_domain
ORDER BY is_keyed, reltuples, shown, attnum
