SELECT n.nspname || '.' || s.stxname AS site, ARRAY[format('DROP STATISTICS %I.%I', n.nspname, s.stxname)] AS statements
FROM pg_statistic_ext AS s JOIN pg_namespace AS n ON n.oid = s.stxnamespace JOIN own ON own.oid = s.stxrelid
ORDER BY 1
