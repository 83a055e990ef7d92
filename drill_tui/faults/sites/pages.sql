SELECT own.shown AS site, ARRAY[]::text[] AS statements, pg_relation_filepath(own.oid) AS path
FROM own LEFT JOIN pg_index AS i ON i.indexrelid = own.oid LEFT JOIN pg_class AS t ON t.oid = i.indrelid
    LEFT JOIN pg_am AS m ON m.oid = (SELECT relam FROM pg_class AS c WHERE c.oid = own.oid)
WHERE own.relpages > 1 AND CASE current_setting('drill.variant')
        WHEN 'index' THEN own.relkind = 'i' AND m.amname = 'btree' AND i.indisvalid
        ELSE own.relkind = 'r'
    END
ORDER BY own.relpages, own.shown
