-- Whether a stored transaction number is one that this cluster has yet to give out.
SELECT EXISTS (SELECT FROM {table} WHERE {stored} > {next})
