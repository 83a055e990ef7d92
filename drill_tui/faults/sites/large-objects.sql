SELECT 'large object ' || oid AS site, ARRAY[
    CASE current_setting('drill.variant')
        WHEN 'one' THEN format('SELECT lo_unlink(%s)', oid)
        WHEN 'all' THEN 'SELECT lo_unlink(oid) FROM pg_largeobject_metadata'
        ELSE format('SELECT lo_put(%s, 0, set_byte(lo_get(%1$s, 0, 1), 0, 255 - get_byte(lo_get(%1$s, 0, 1), 0)))', oid)
    END
] AS statements
FROM pg_largeobject_metadata ORDER BY oid DESC
