-- The database itself.  Columns that only some versions have are read through to_jsonb.
select
    d.datname as name,
    pg_catalog.pg_get_userbyid(d.datdba) as owner,
    pg_catalog.pg_encoding_to_char(d.encoding) as encoding,
    d.datcollate as collate,
    d.datctype as ctype,
    coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c') as locale_provider,
    coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale') as locale,
    pg_catalog.to_jsonb(d) ->> 'datcollversion' as collation_version,
    pg_catalog.pg_database_size(d.oid) as size_bytes,
    pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
    coalesce((
        select s.setconfig from pg_catalog.pg_db_role_setting s where s.setdatabase = d.oid and s.setrole = 0
    ), '{}') as settings,
    coalesce((
        select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('role', r.rolname, 'settings', s.setconfig)
            order by r.rolname)
        from pg_catalog.pg_db_role_setting s
        join pg_catalog.pg_roles r on r.oid = s.setrole
        where s.setdatabase = d.oid
    ), '[]') as role_settings,
    coalesce(d.datacl::text[], '{}') as acl
from pg_catalog.pg_database d
where d.datname = pg_catalog.current_database()
