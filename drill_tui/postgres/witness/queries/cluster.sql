-- What is said of each role, tablespace, database and setting: (subject, line).  Never a password.
select 'role ' || r.rolname as subject,
    pg_catalog.concat_ws(' ', r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,
        r.rolreplication, r.rolbypassrls, r.rolconnlimit, r.rolvaliduntil,
        (select pg_catalog.string_agg(g.rolname || ' ' || m.admin_option, ',' order by g.rolname)
            from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid
            where m.member = r.oid)) as line
from pg_catalog.pg_roles r
where r.rolname !~ '^pg_'
union all
select 'tablespace ' || t.spcname, pg_catalog.pg_get_userbyid(t.spcowner)
from pg_catalog.pg_tablespace t
where t.spcname !~ '^pg_'
union all
select 'database ' || d.datname, pg_catalog.concat_ws(' ', pg_catalog.pg_get_userbyid(d.datdba), d.encoding, d.datcollate, d.datctype)
from pg_catalog.pg_database d
union all
select pg_catalog.format('settings of %s in %s',
        coalesce(pg_catalog.pg_get_userbyid(nullif(s.setrole, 0)), 'every role'),
        coalesce(d.datname, 'every database')),
    pg_catalog.array_to_string(s.setconfig, E'\n')
from pg_catalog.pg_db_role_setting s
left join pg_catalog.pg_database d on d.oid = s.setdatabase
order by 1
