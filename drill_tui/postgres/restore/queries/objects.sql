-- Everything that somebody made in this database: 16384 is FirstNormalObjectId (access/transam.h), below
-- which initdb puts its own.  Members of extensions do not count.
WITH made (catalog, oid, label) AS (
    SELECT 'pg_class'::regclass, c.oid,
           CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'S' THEN 'sequence '
                ELSE 'table ' END || n.nspname || '.' || c.relname
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND n.nspname !~ '^pg_(toast|temp)'
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, 'function ' || n.nspname || '.' || p.proname
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, 'type ' || n.nspname || '.' || t.typname
    FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('d', 'e', 'r')
    UNION ALL
    SELECT 'pg_namespace'::regclass, oid, 'schema ' || nspname
    FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_(toast|temp)'
    UNION ALL
    SELECT 'pg_largeobject'::regclass, oid, 'large object ' || oid FROM pg_catalog.pg_largeobject_metadata
    UNION ALL
    SELECT 'pg_publication'::regclass, oid, 'publication ' || pubname FROM pg_catalog.pg_publication
    UNION ALL
    SELECT 'pg_subscription'::regclass, oid, 'subscription ' || subname
    FROM pg_catalog.pg_subscription
    WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, oid, 'event trigger ' || evtname FROM pg_catalog.pg_event_trigger
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, oid, 'foreign server ' || srvname FROM pg_catalog.pg_foreign_server
)
SELECT m.label, pg_catalog.count(*) OVER () AS total
FROM made AS m
WHERE m.oid >= 16384
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend AS d
      WHERE d.classid = m.catalog AND d.objid = m.oid AND d.deptype = 'e'
  )
ORDER BY m.label LIKE 'schema %', m.label
LIMIT 3
