-- Columns of indexes that have a statistics target of their own (attstattarget is NULL for the default from 17).
select n.nspname as schema_name, c.relname as index_name, a.attnum::int as column, a.attstattarget::int as target
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('i', 'I')
    and a.attnum > 0
    and a.attstattarget >= 0
    and c.relpersistence <> 't'
    and n.nspname !~ '^pg_'
order by n.nspname collate "C", c.relname collate "C", a.attnum
