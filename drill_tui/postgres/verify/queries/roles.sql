-- Roles with their attributes, in the words of ALTER ROLE, and the roles that each is a member of.
SELECT r.rolname AS name,
       r.oid = 10 AS bootstrap,
       array_remove(ARRAY[
           CASE WHEN r.rolsuper THEN 'superuser' END,
           CASE WHEN r.rolinherit THEN 'inherit' END,
           CASE WHEN r.rolcreaterole THEN 'createrole' END,
           CASE WHEN r.rolcreatedb THEN 'createdb' END,
           CASE WHEN r.rolcanlogin THEN 'login' END,
           CASE WHEN r.rolreplication THEN 'replication' END,
           CASE WHEN r.rolbypassrls THEN 'bypassrls' END
       ], NULL) AS flags,
       r.rolconnlimit AS connection_limit,
       r.rolvaliduntil::text AS valid_until,
       coalesce((SELECT array_agg(pg_catalog.split_part(entry, '=', 1))
                   FROM pg_catalog.unnest(r.rolconfig) AS entry), '{}') AS settings,
       coalesce((SELECT pg_catalog.jsonb_object_agg(granted.rolname, granted.may_grant)
                   FROM (SELECT g.rolname, bool_or(m.admin_option) AS may_grant
                           FROM pg_catalog.pg_auth_members AS m
                           JOIN pg_catalog.pg_roles AS g ON g.oid = m.roleid
                          WHERE m.member = r.oid
                          GROUP BY g.rolname) AS granted), '{}') AS member_of
  FROM pg_catalog.pg_roles AS r
 WHERE r.rolname = ANY (%(names)s)
