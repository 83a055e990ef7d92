SELECT grantee.rolname AS grantee, a.privilege_type AS privilege, a.is_grantable AS grantable
FROM pg_catalog.aclexplode(%(acl)s::aclitem[]) AS a
LEFT JOIN pg_catalog.pg_roles AS grantee ON grantee.oid = a.grantee
