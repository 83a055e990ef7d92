SELECT (SELECT pg_catalog.count(*)
        FROM pg_catalog.pg_stat_activity
        WHERE datid = d.oid AND backend_type = 'client backend') AS sessions
FROM pg_catalog.pg_database AS d
WHERE d.datname = %(name)s
