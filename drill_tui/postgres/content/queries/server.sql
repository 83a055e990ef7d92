select
    pg_catalog.current_setting('server_version') as version,
    pg_catalog.current_setting('server_version_num')::int as version_num,
    pg_catalog.current_setting('data_checksums') = 'on' as data_checksums,
    pg_catalog.pg_is_in_recovery() as in_recovery,
    pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute') as may_identify,
    pg_catalog.current_setting('max_locks_per_transaction')::int8
        * (pg_catalog.current_setting('max_connections')::int8
            + pg_catalog.current_setting('max_prepared_transactions')::int8) as lock_slots,
    array(
        select s.name from pg_catalog.pg_settings s
        where (s.name = 'statement_timeout' and s.reset_val <> '0')
           or (s.name = 'standard_conforming_strings' and s.reset_val <> 'on')
    ) as in_the_way,
    r.rolname as role,
    r.rolsuper as superuser,
    r.rolbypassrls as bypasses_rls
from pg_catalog.pg_roles r
where r.rolname = current_user
