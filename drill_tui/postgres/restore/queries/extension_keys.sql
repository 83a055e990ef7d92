-- Whether tables of extensions refer to each other: rows of them must be loaded in the archive's order.
select exists (
    select from pg_catalog.pg_constraint c
    join pg_catalog.pg_depend d
        on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.conrelid and d.objsubid = 0
        and d.refclassid = 'pg_catalog.pg_extension'::regclass and d.deptype = 'e'
    where c.contype = 'f' and c.conrelid <> c.confrelid
)
