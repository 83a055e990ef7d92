SELECT p.oid::regprocedure::text AS site, ARRAY[
    CASE current_setting('drill.variant')
        WHEN 'definer' THEN format('ALTER ROUTINE %s SECURITY DEFINER', p.oid::regprocedure)
        ELSE format('UPDATE pg_proc SET prosrc = prosrc || %L WHERE oid = %s', E'\n-- an older version\n', p.oid)
    END
] AS statements
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND p.prokind IN ('f', 'p')
    AND l.lanname IN ('sql', 'plpgsql')
    AND CASE current_setting('drill.variant') WHEN 'definer' THEN NOT p.prosecdef ELSE p.prosqlbody IS NULL END
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY 1
