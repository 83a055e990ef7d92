SELECT shown AS site, ARRAY[format('REFRESH MATERIALIZED VIEW %s WITH NO DATA', quoted)] AS statements
FROM own WHERE relkind = 'm' AND relispopulated ORDER BY reltuples, shown
