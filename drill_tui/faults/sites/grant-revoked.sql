SELECT own.shown AS site, ARRAY[
    format('REVOKE %s ON %s FROM %s', g.privilege_type, own.quoted, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END)
] AS statements
FROM own CROSS JOIN LATERAL aclexplode(own.relacl) AS g LEFT JOIN pg_roles AS r ON r.oid = g.grantee
WHERE own.relkind IN ('r', 'p', 'v', 'm') AND g.grantee <> own.relowner
ORDER BY own.shown, r.rolname, g.privilege_type
