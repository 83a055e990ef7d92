-- What this database asks of a server besides the objects that every PostgreSQL has.
with recursive own as (
    select c.oid, n.nspname, c.relname, c.relkind, c.relispopulated
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relpersistence <> 't'
),
base (oid, base) as (
    select t.oid, t.oid from pg_catalog.pg_type t
    where t.oid in ('pg_catalog.xml'::regtype, 'pg_catalog.xml[]'::regtype)
    union all
    select t.oid, b.base from pg_catalog.pg_type t join base b on t.typbasetype = b.oid where t.typtype = 'd'
),
uses (view, rel) as (
    select o.oid, o.oid from own o where o.relkind = 'm' and o.relispopulated
    union
    select u.view, next.rel
    from uses u
    cross join lateral (
        select d.refobjid as rel
        from pg_catalog.pg_rewrite r
        join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
            and d.refclassid = 'pg_catalog.pg_class'::regclass
        where r.ev_class = u.rel
        union all
        select i.inhrelid from pg_catalog.pg_inherits i where i.inhparent = u.rel
    ) next
)
select
    pg_catalog.current_setting('max_locks_per_transaction')::int as locks_per_transaction,
    (select count(*) from own where relkind in ('r', 'p', 'i', 'I', 'm', 'f', 'S', 'v')) as relations,
    (
        select coalesce(pg_catalog.jsonb_agg(
            pg_catalog.format('%I.%I.%I', o.nspname, o.relname, a.attname) order by 1), '[]')
        from own o
        join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
        join base b on b.oid = a.atttypid
        where o.relkind in ('r', 'm') and pg_catalog.pg_relation_size(o.oid) > 0
    ) as xml_columns,
    (
        select coalesce(pg_catalog.jsonb_agg(
            pg_catalog.format('%I.%I.%I', o.nspname, o.relname, a.attname) order by 1), '[]')
        from own o
        join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
        where o.relkind in ('r', 'p', 'm') and a.attcompression = 'l'
    ) as lz4_columns,
    (
        select coalesce(pg_catalog.jsonb_agg(distinct p.probin), '[]')
        from pg_catalog.pg_proc p
        join pg_catalog.pg_language l on l.oid = p.prolang and l.lanname = 'c'
        join pg_catalog.pg_namespace n on n.oid = p.pronamespace
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and p.probin is not null
            and not exists (
                select from pg_catalog.pg_depend d
                where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
            )
    ) as libraries,
    (
        select coalesce(pg_catalog.jsonb_agg(l.lanname order by l.lanname), '[]')
        from pg_catalog.pg_language l
        where l.lanispl and not exists (
            select from pg_catalog.pg_depend d
            where d.classid = 'pg_catalog.pg_language'::regclass and d.objid = l.oid and d.deptype = 'e'
        )
    ) as languages,
    (
        select coalesce(pg_catalog.jsonb_agg(distinct named.locale), '[]')
        from pg_catalog.pg_collation c
        join pg_catalog.pg_namespace n on n.oid = c.collnamespace and n.nspname <> 'pg_catalog'
        cross join lateral (values (c.collcollate::text), (c.collctype::text)) named (locale)
        where c.collprovider = 'c' and named.locale is not null
    ) as locales,
    (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(v.nspname, v.relname, v.servers)
            order by v.nspname, v.relname), '[]')
        from (
            select o.nspname, o.relname, pg_catalog.jsonb_agg(distinct s.srvname) as servers
            from uses u
            join own o on o.oid = u.view
            join pg_catalog.pg_foreign_table f on f.ftrelid = u.rel
            join pg_catalog.pg_foreign_server s on s.oid = f.ftserver
            group by o.nspname, o.relname
        ) v
    ) as remote_views
