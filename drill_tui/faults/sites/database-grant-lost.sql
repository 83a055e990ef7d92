SELECT 'database' AS site, ARRAY[
    format('REVOKE %s ON DATABASE %I FROM %s', g.privilege_type, d.datname,
        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END)
] AS statements
FROM pg_database AS d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS g
    LEFT JOIN pg_roles AS r ON r.oid = g.grantee
WHERE d.datname = current_database() AND g.grantee <> d.datdba
ORDER BY g.grantee = 0, g.privilege_type <> 'CONNECT', r.rolname
