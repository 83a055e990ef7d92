select
    c.oid::int8 as oid,
    n.nspname as schema_name,
    c.relname as name,
    s.seqincrement as increment,
    case when a.attname is not null
        then pg_catalog.format('%I.%I.%I', tn.nspname, t.relname, a.attname) end as owned_by
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_sequence s on s.seqrelid = c.oid
left join pg_catalog.pg_depend d
    on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.objsubid = 0
    and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
left join pg_catalog.pg_class t on t.oid = d.refobjid
left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
left join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where c.relkind = 'S' and c.relpersistence <> 't' and n.nspname !~ '^pg_'
    and (c.relpersistence = 'p' or not pg_catalog.pg_is_in_recovery())
    and not exists (
        select from pg_catalog.pg_depend e
        join pg_catalog.pg_extension x on x.oid = e.refobjid and c.oid <> all (coalesce(x.extconfig, '{}'))
        where e.classid = 'pg_catalog.pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'
    )
order by n.nspname collate "C", c.relname collate "C"
