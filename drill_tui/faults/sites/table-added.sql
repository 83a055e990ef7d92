SELECT nspname || '.left_over' AS site, ARRAY[format('CREATE TABLE %I.left_over ()', nspname)] AS statements
FROM tables GROUP BY nspname ORDER BY count(*) DESC, nspname
