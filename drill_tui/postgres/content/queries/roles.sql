-- Roles that own or are granted anything here, or are named by a policy, and the roles these are members of
-- (pg_shdepend; the bootstrap superuser is pinned and never listed there).
with recursive here as (
    select oid, datdba, datacl from pg_catalog.pg_database where datname = pg_catalog.current_database()
),
named (role) as (
    select s.refobjid
    from pg_catalog.pg_shdepend s, here
    where s.refclassid = 'pg_catalog.pg_authid'::regclass
        and (s.dbid = here.oid
            or (s.classid = 'pg_catalog.pg_database'::regclass and s.objid = here.oid))
    union
    select datdba from here
    union
    select s.setrole from pg_catalog.pg_db_role_setting s, here where s.setdatabase = here.oid
    union
    select 10::oid
),
needed (role) as (
    select role from named
    union
    select m.roleid from needed n join pg_catalog.pg_auth_members m on m.member = n.role
)
select r.rolname
from needed n
join pg_catalog.pg_roles r on r.oid = n.role
where r.rolname !~ '^pg_'
order by r.rolname collate "C"
