SELECT name, current_setting(name) AS value
FROM pg_catalog.pg_settings
WHERE name = ANY (%(names)s)
ORDER BY name
