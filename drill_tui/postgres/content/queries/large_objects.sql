-- One chunk of each of the next large objects: how many, their bytes, the sum of hashes, and those that go on.
with next_ones as (
    select m.oid
    from pg_catalog.pg_largeobject_metadata m
    where m.oid > %(after)s::oid and (%(only)s::oid[] is null or m.oid = any (%(only)s::oid[]))
    order by m.oid
    limit %(batch)s
),
chunks as (
    select oid, pg_catalog.lo_get(oid, %(start)s::int8, %(chunk)s::int4) as content
    from next_ones
    offset 0
)
select
    count(*) as objects,
    coalesce(sum(pg_catalog.octet_length(content)), 0)::int8 as size_bytes,
    coalesce(sum(pg_catalog.hashint8extended(pg_catalog.hash_record_extended(
        row(oid, %(start)s::int8, content), 0), 0)), 0)::text as total,
    max(oid)::int8 as last,
    coalesce(pg_catalog.array_agg(oid::int8) filter (where pg_catalog.octet_length(content) = %(chunk)s), '{}')
        as unfinished
from chunks
