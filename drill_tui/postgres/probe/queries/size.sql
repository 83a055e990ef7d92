SELECT pg_catalog.pg_database_size(%(database)s::name) AS size_bytes
