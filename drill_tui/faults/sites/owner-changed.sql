SELECT shown AS site, ARRAY[format('ALTER TABLE %s OWNER TO %I', quoted, current_user)] AS statements
FROM tables WHERE relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user) AND NOT relispartition ORDER BY shown
