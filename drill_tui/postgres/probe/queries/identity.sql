SELECT system_identifier::text AS system_identifier,
       current_setting('server_version') AS server_version,
       current_setting('server_version_num')::int AS server_version_num,
       current_setting('data_directory', true) AS data_directory,
       to_regclass('drill_tui.target') IS NOT NULL AS has_target_table,
       (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) AS is_superuser
FROM pg_catalog.pg_control_system()
