SELECT CASE current_setting('drill.variant') WHEN 'policy' THEN own.shown || ' ' || p.polname ELSE own.shown END AS site, ARRAY[
    CASE current_setting('drill.variant')
        WHEN 'policy' THEN format('DROP POLICY %I ON %s', p.polname, own.quoted)
        ELSE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', own.quoted)
    END
] AS statements
FROM pg_policy AS p JOIN own ON own.oid = p.polrelid WHERE own.relrowsecurity ORDER BY own.shown, p.polname
