-- Who could log in before, by password, and cannot here: backups leave passwords out.
SELECT rolname::text AS name
FROM pg_catalog.pg_authid
WHERE rolcanlogin AND rolpassword IS NULL AND rolname !~ '^pg_' AND rolname <> current_user
ORDER BY 1
