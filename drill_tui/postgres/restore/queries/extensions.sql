SELECT wanted.name
FROM pg_catalog.unnest(%(names)s::text[]) AS wanted (name)
WHERE wanted.name NOT IN (SELECT name FROM pg_catalog.pg_available_extensions)
ORDER BY wanted.name
