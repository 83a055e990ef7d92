SELECT shown AS site, ARRAY[
    format($q$UPDATE %s SET %s = convert_from(convert_to(%2$s, 'UTF8'), 'LATIN1')
        WHERE octet_length(%2$s) <> length(%2$s)$q$, quoted, quoted_column)
] AS statements
FROM columns
WHERE type_name IN ('text', 'character varying') AND NOT is_keyed AND attgenerated = '' AND null_frac < 1
    AND pg_encoding_to_char((SELECT encoding FROM pg_database WHERE datname = current_database())) = 'UTF8'
ORDER BY reltuples, shown, attnum
