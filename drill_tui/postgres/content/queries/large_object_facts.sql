-- Of all large objects: who owns which, who may do what with which, and what is said of which.  No grants stand
-- for the default ones.
with facts as (
    select
        m.oid,
        pg_catalog.pg_get_userbyid(m.lomowner)::text as owner,
        (
            select pg_catalog.string_agg(entry::text, ' ' order by entry::text collate "C")
            from pg_catalog.unnest(coalesce(m.lomacl, pg_catalog.acldefault('L', m.lomowner))) as entry
        ) as grants,
        pg_catalog.obj_description(m.oid, 'pg_largeobject') as remark
    from pg_catalog.pg_largeobject_metadata m
)
select
    coalesce(sum(pg_catalog.hashint8extended(
        pg_catalog.hash_record_extended(row(oid, owner collate "C"), 0), 0)), 0)::text as owners,
    coalesce(sum(pg_catalog.hashint8extended(
        pg_catalog.hash_record_extended(row(oid, grants collate "C"), 0), 0)), 0)::text as grants,
    coalesce(sum(pg_catalog.hashint8extended(
        pg_catalog.hash_record_extended(row(oid, remark collate "C"), 0), 0)), 0)::text as comments
from facts
