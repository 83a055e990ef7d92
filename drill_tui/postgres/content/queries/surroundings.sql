-- Extensions, collations in use and tablespaces, each as an array of rows.  The columns are read once, and not
-- once for each of the hundreds of collations that a system has.
with used as materialized (
    select distinct a.attcollation
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_class t on t.oid = a.attrelid
    join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
    where a.attcollation <> 0 and tn.nspname !~ '^pg_' and tn.nspname <> 'information_schema'
)
select
    (
        select coalesce(pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_array(e.extname, e.extversion, n.nspname) order by e.extname), '[]')
        from pg_catalog.pg_extension e
        join pg_catalog.pg_namespace n on n.oid = e.extnamespace
    ) as extensions,
    (
        select coalesce(pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_array(n.nspname, c.collname, c.collprovider::text,
                coalesce(pg_catalog.pg_collation_actual_version(c.oid), c.collversion))
            order by n.nspname, c.collname), '[]')
        from pg_catalog.pg_collation c
        join pg_catalog.pg_namespace n on n.oid = c.collnamespace
        where n.nspname <> 'pg_catalog'
            or (c.collname not in ('default', 'C', 'POSIX') and c.oid in (select attcollation from used))
    ) as collations,
    (
        select coalesce(pg_catalog.jsonb_agg(distinct s.spcname), '[]')
        from pg_catalog.pg_tablespace s
        where s.spcname not in ('pg_default', 'pg_global')
            and (exists (select from pg_catalog.pg_class c where c.reltablespace = s.oid)
                or exists (
                    select from pg_catalog.pg_database d
                    where d.dattablespace = s.oid and d.datname = pg_catalog.current_database()
                ))
    ) as tablespaces
