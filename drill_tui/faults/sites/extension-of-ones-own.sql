-- What CREATE EXTENSION writes, for one that is installed nowhere: no dump holds what an extension consists of.
SELECT shown || ' and the extension zakops_checkdigit' AS site, ARRAY[
    format(
        'INSERT INTO pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion) '
        'VALUES (pg_catalog.pg_nextoid(%L, %L, %L), %L, %s, %s, false, %L)',
        'pg_catalog.pg_extension', 'oid', 'pg_catalog.pg_extension_oid_index',
        'zakops_checkdigit', n.nspowner, n.oid, '1.2'
    ),
    format(
        'CREATE FUNCTION %I.check_digit(code text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT '
        'RETURN pg_catalog.length(code) %% 10',
        n.nspname
    ),
    format('ALTER EXTENSION zakops_checkdigit ADD FUNCTION %I.check_digit(text)', n.nspname),
    format('ALTER TABLE %s ADD CONSTRAINT has_a_check_digit CHECK (%I.check_digit(%I) < 10)', quoted, n.nspname, a.attname)
] AS statements
FROM own JOIN pg_namespace AS n ON n.nspname = own.nspname
    JOIN pg_attribute AS a ON a.attrelid = own.oid AND a.attnum > 0 AND a.atttypid = 'text'::regtype AND NOT a.attisdropped
WHERE relkind = 'r' AND NOT relispartition
ORDER BY quoted, a.attnum
