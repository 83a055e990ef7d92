-- What a running server offers.  Settings that the role may not read are NULL.
select
    pg_catalog.current_setting('server_version') as version,
    pg_catalog.current_setting('server_version_num')::int / 10000 as major,
    r.rolsuper as superuser,
    (
        select coalesce(pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_array(v.name, v.version, v.version = e.default_version)
            order by v.name, v.version <> e.default_version, v.version), '[]')
        from pg_catalog.pg_available_extension_versions v
        join pg_catalog.pg_available_extensions e on e.name = v.name
    ) as versions,
    exists (
        select from pg_catalog.pg_collation c where c.collprovider = 'i' and c.collname = 'und-x-icu'
    ) as icu,
    exists (
        select from pg_catalog.pg_settings s
        where s.name = 'default_toast_compression' and 'lz4' = any (s.enumvals)
    ) as lz4,
    (
        select coalesce(pg_catalog.jsonb_agg(distinct c.collcollate), '[]')
        from pg_catalog.pg_collation c where c.collprovider = 'c' and c.collcollate is not null
    ) as locales,
    (
        select coalesce(pg_catalog.jsonb_agg(s.spcname), '[]')
        from pg_catalog.pg_tablespace s where s.spcname not in ('pg_default', 'pg_global')
    ) as tablespaces,
    exists (
        select from pg_catalog.pg_settings s where s.name = 'allow_in_place_tablespaces'
    ) as stand_ins,
    pg_catalog.current_setting('max_locks_per_transaction')::int8
        * (pg_catalog.current_setting('max_connections')::int8
            + pg_catalog.current_setting('max_prepared_transactions')::int8) as lock_slots,
    (
        select s.setting from pg_catalog.pg_settings s where s.name = 'shared_preload_libraries'
    ) as preloaded,
    pg_catalog.current_setting('cron.database_name', true) as cron_database
from pg_catalog.pg_roles r
where r.rolname = current_user
