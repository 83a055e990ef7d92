SELECT shown AS site, ARRAY[format('DROP VIEW %s', quoted)] AS statements FROM own WHERE relkind = 'v' ORDER BY shown
