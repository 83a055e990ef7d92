SELECT own.shown || ' ' || k.conname AS site, ARRAY[format('ALTER TABLE %s DROP CONSTRAINT %I', own.quoted, k.conname)] AS statements
FROM pg_constraint AS k JOIN own ON own.oid = k.conrelid
WHERE k.contype::text = current_setting('drill.variant') AND k.coninhcount = 0
ORDER BY EXISTS (SELECT FROM pg_constraint AS p WHERE p.contype = 'f' AND p.confrelid = k.conrelid), own.shown, k.conname
