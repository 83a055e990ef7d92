-- Tables and sequences that this role cannot read in full: `why` is rls, table or sequence.
select n.nspname, c.relname, 'rls' as why
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relrowsecurity and pg_catalog.row_security_active(c.oid)
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
union all
select n.nspname, c.relname, case when c.relkind = 'S' then 'sequence' else 'table' end
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'S') and c.relpersistence <> 't'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_catalog.pg_depend d
        join pg_catalog.pg_extension e on e.oid = d.refobjid and c.oid <> all (coalesce(e.extconfig, '{}'))
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
    and not (
        pg_catalog.has_schema_privilege(n.oid, 'usage')
        and case when c.relkind = 'S' then pg_catalog.has_sequence_privilege(c.oid, 'select')
            else pg_catalog.has_table_privilege(c.oid, 'select') end
    )
order by 1, 2
