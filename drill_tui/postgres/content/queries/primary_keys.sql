-- Columns of each table's primary key, in their order.
select i.indrelid::int8 as oid, pg_catalog.array_agg(a.attname::text order by k.place) as columns
from pg_catalog.pg_index i
cross join lateral pg_catalog.unnest(i.indkey) with ordinality k (attnum, place)
join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indisprimary and i.indisvalid and k.place <= i.indnkeyatts
group by i.indrelid
