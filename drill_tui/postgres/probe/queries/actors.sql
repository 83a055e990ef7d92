SELECT 'subscription' AS kind, subname::text AS name,
       CASE WHEN subenabled AND current_setting('max_logical_replication_workers')::int > 0
            THEN 'enabled'
            WHEN subenabled THEN 'enabled, but the server starts no logical replication worker'
            ELSE 'disabled' END AS state
FROM pg_catalog.pg_subscription
WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
UNION ALL
SELECT 'foreign server', srvname::text, 'acts only when it is queried; the network holds it'
FROM pg_catalog.pg_foreign_server
UNION ALL
SELECT 'extension', extname::text, 'can connect or run programs when it is called; the isolation holds it'
FROM pg_catalog.pg_extension
WHERE extname IN ('dblink', 'postgres_fdw', 'file_fdw', 'pg_cron', 'http', 'pg_net', 'pgagent', 'oracle_fdw',
                  'mysql_fdw', 'tds_fdw', 'mongo_fdw', 'redis_fdw', 'multicorn', 'aws_s3', 'aws_lambda',
                  'plsh', 'pg_background', 'adminpack', 'timescaledb', 'citus', 'pglogical')
UNION ALL
SELECT 'event trigger', evtname::text,
       CASE WHEN evtenabled = 'D' THEN 'disabled'
            ELSE format('fires on %s, inside this server only', evtevent) END
FROM pg_catalog.pg_event_trigger
UNION ALL
SELECT 'untrusted language', lanname::text, 'its functions run as the server''s account; the isolation holds them'
FROM pg_catalog.pg_language
WHERE NOT lanpltrusted AND lanname NOT IN ('internal', 'c')
ORDER BY 1, 2
