SELECT shown AS site, ARRAY[format('SELECT setval(%L, %s, false)', own.quoted, s.seqstart)] AS statements
FROM own JOIN pg_sequence AS s ON s.seqrelid = own.oid
WHERE pg_sequence_last_value(own.oid) > s.seqstart
    AND (current_setting('drill.variant') = 'identity') = EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = own.oid AND d.deptype = 'i'
            AND d.refclassid = 'pg_class'::regclass
    )
ORDER BY shown
