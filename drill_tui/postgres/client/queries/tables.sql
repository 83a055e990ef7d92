-- Tables, partitions, foreign tables, views and materialized views of the user's own, with the columns that
-- hold data.  Temporary relations and the system's own are left out, as pg_dump leaves them out.
with recursive domains (domain, base, typmod) as (
    select oid, typbasetype, typtypmod from pg_catalog.pg_type where typtype = 'd'
    union all
    select d.domain, t.typbasetype, case when d.typmod = -1 then t.typtypmod else d.typmod end
    from domains d
    join pg_catalog.pg_type t on t.oid = d.base
    where t.typtype = 'd'
),
resolved as (
    select d.domain, d.base, d.typmod
    from domains d
    join pg_catalog.pg_type t on t.oid = d.base
    where t.typtype <> 'd'
),
stored_columns as (
    select
        a.attrelid,
        pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
            a.attname,
            t.oid::int8,
            coalesce(r.typmod, a.atttypmod),
            case when r.base is not null then pg_catalog.format_type(t.oid, null) end,
            o.nspname,
            p.proname,
            (p.proargtypes[0] <> t.oid and argument.typtype <> 'p')
                or o.nspname <> 'pg_catalog'
                or (r.base is not null and tn.nspname <> 'pg_catalog')
        )) as columns
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join resolved r on r.domain = a.atttypid
    join pg_catalog.pg_type t on t.oid = coalesce(r.base, a.atttypid)
    join pg_catalog.pg_proc p on p.oid = t.typoutput
    join pg_catalog.pg_namespace o on o.oid = p.pronamespace
    join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
    join pg_catalog.pg_type argument on argument.oid = p.proargtypes[0]
    where a.attnum > 0 and not a.attisdropped and a.attgenerated <> 'v'
        and c.relkind in ('r', 'p', 'f', 'm', 'v') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    group by a.attrelid
)
select
    c.oid::int8 as oid,
    n.nspname as schema_name,
    c.relname as name,
    c.relkind::text as kind,
    c.relpersistence = 'u' as unlogged,
    coalesce(m.amname, '') as access_method,
    case when c.relkind in ('r', 'm')
        then pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int8
        else 0 end as pages,
    case when c.relkind in ('r', 'm') then pg_catalog.pg_table_size(c.oid) else 0 end as size_bytes,
    c.reltuples::float8 as estimated_rows,
    c.relispopulated as populated,
    pn.nspname as parent_schema,
    pc.relname as parent_name,
    e.extname as extension,
    coalesce(c.oid = any (e.extconfig), false) as extension_data,
    coalesce(e.extcondition[pg_catalog.array_position(e.extconfig, c.oid)], '') as extension_condition,
    coalesce(s.columns, '[]') as columns
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_am m on m.oid = c.relam
left join pg_catalog.pg_inherits i on i.inhrelid = c.oid and c.relispartition
left join pg_catalog.pg_class pc on pc.oid = i.inhparent
left join pg_catalog.pg_namespace pn on pn.oid = pc.relnamespace
left join pg_catalog.pg_depend d
    on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
    and d.refclassid = 'pg_catalog.pg_extension'::regclass and d.deptype = 'e'
left join pg_catalog.pg_extension e on e.oid = d.refobjid
left join stored_columns s on s.attrelid = c.oid
where c.relkind in ('r', 'p', 'f', 'm', 'v')
    and c.relpersistence <> 't'
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
order by n.nspname collate "C", c.relname collate "C"
