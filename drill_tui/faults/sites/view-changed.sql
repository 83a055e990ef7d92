SELECT shown AS site, ARRAY[
    format('CREATE OR REPLACE VIEW %s AS SELECT * FROM (%s) AS older WHERE false', quoted, rtrim(pg_get_viewdef(oid), '; '))
] AS statements
FROM own WHERE relkind = 'v' ORDER BY shown
