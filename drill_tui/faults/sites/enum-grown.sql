SELECT n.nspname || '.' || t.typname AS site, ARRAY[format('ALTER TYPE %I.%I ADD VALUE %L', n.nspname, t.typname, 'lost and found')] AS statements
FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND n.nspname !~ '^pg_' AND NOT EXISTS (
    SELECT FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
)
ORDER BY 1
