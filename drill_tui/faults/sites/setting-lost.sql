SELECT 'database' AS site, ARRAY[format('ALTER DATABASE %I RESET ALL', current_database())] AS statements
FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase
WHERE d.datname = current_database() AND s.setrole = 0
