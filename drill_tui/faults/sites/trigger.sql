SELECT own.shown || ' ' || g.tgname AS site, ARRAY[
    CASE current_setting('drill.variant')
        WHEN 'dropped' THEN format('DROP TRIGGER %I ON %s', g.tgname, own.quoted)
        ELSE format('ALTER TABLE %s DISABLE TRIGGER %I', own.quoted, g.tgname)
    END
] AS statements
FROM pg_trigger AS g JOIN own ON own.oid = g.tgrelid
WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgparentid = 0 ORDER BY own.shown, g.tgname
