-- Sequences whose value no WAL carries (from PostgreSQL 15): a copy starts them anew.
select n.nspname, c.relname
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'S' and c.relpersistence = 'u'
