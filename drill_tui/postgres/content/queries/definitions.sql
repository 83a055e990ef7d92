-- Names of what a dump of the whole database defines besides relations, one line each, in words that PostgreSQL
-- 14 to 18 have alike.  How a definition is worded differs between versions, so it is not in them.
WITH own_namespace AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
),
of_extension AS (
    SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype = 'e'
),
relation AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relkind, c.relowner, c.relacl
    FROM pg_catalog.pg_class c JOIN own_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT FROM of_extension e
                        WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid)
)
SELECT subject
FROM (
    SELECT format('column %s.%I: %s%s%s', r.name, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
                  CASE WHEN a.attnotnull THEN ' not null' END,
                  CASE WHEN a.attidentity <> '' THEN ' identity'
                       WHEN a.attgenerated <> '' THEN ' generated'
                       WHEN a.atthasdef THEN ' with a default' END) AS subject
    FROM relation r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
    WHERE r.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('index %I.%I', n.nspname, c.relname)
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN own_namespace n ON n.oid = c.relnamespace
    JOIN relation r ON r.oid = i.indrelid
    WHERE i.indisvalid
    UNION ALL
    SELECT format('%s %I on %s', CASE k.contype WHEN 'f' THEN 'foreign key' ELSE 'check' END, k.conname, r.name)
    FROM pg_catalog.pg_constraint k JOIN relation r ON r.oid = k.conrelid
    WHERE k.contype IN ('f', 'c') AND k.conislocal AND k.coninhcount = 0
    UNION ALL
    SELECT format('trigger %I on %s', t.tgname, r.name)
    FROM pg_catalog.pg_trigger t JOIN relation r ON r.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgparentid = 0
    UNION ALL
    SELECT format('policy %I on %s', p.polname, r.name)
    FROM pg_catalog.pg_policy p JOIN relation r ON r.oid = p.polrelid
    UNION ALL
    SELECT format('routine %I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid))
    FROM pg_catalog.pg_proc p JOIN own_namespace n ON n.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM of_extension e
                      WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                        WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
                            AND d.deptype = 'i')
    UNION ALL
    SELECT format('type %I.%I', n.nspname, t.typname)
    FROM pg_catalog.pg_type t JOIN own_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    WHERE (t.typtype IN ('d', 'e', 'r') OR c.relkind = 'c')
        AND NOT EXISTS (SELECT FROM of_extension e
                        WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid)
    UNION ALL
    SELECT format('schema %I', n.nspname)
    FROM own_namespace n
    WHERE NOT EXISTS (SELECT FROM of_extension e
                      WHERE e.classid = 'pg_catalog.pg_namespace'::regclass AND e.objid = n.oid)
    UNION ALL
    SELECT format('owner %I of %s', pg_catalog.pg_get_userbyid(r.relowner), r.name) FROM relation r
    UNION ALL
    SELECT format('grant of %s on %s to %s', g.privilege_type, r.name,
                  CASE g.grantee WHEN 0 THEN 'everybody'
                                 ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END)
    FROM relation r, pg_catalog.aclexplode(r.relacl) g
    WHERE g.grantee <> r.relowner
) AS named
ORDER BY subject COLLATE "C"
