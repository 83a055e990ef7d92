SELECT 'role ' || r.rolname AS site, ARRAY[
    CASE current_setting('drill.variant')
        WHEN 'missing' THEN format('ALTER ROLE %I RENAME TO %I', r.rolname, 'lost_' || left(md5(r.rolname), 16))
        WHEN 'superuser' THEN format('ALTER ROLE %I SUPERUSER', r.rolname)
        WHEN 'login' THEN format('ALTER ROLE %I NOLOGIN', r.rolname)
        ELSE format('REVOKE %I FROM %I', g.rolname, r.rolname)
    END
] AS statements, ARRAY[
    CASE current_setting('drill.variant')
        WHEN 'missing' THEN format('ALTER ROLE %I RENAME TO %I', 'lost_' || left(md5(r.rolname), 16), r.rolname)
        WHEN 'superuser' THEN format('ALTER ROLE %I NOSUPERUSER', r.rolname)
        WHEN 'login' THEN format('ALTER ROLE %I LOGIN', r.rolname)
        ELSE format('GRANT %I TO %I%s', g.rolname, r.rolname, CASE WHEN m.admin_option THEN ' WITH ADMIN OPTION' ELSE '' END)
    END
] AS undo
FROM pg_roles AS r LEFT JOIN pg_auth_members AS m ON m.member = r.oid LEFT JOIN pg_roles AS g ON g.oid = m.roleid
WHERE r.oid >= 16384 AND r.rolname <> current_user
    AND EXISTS (
        SELECT FROM pg_shdepend AS d JOIN pg_database AS b ON b.oid = d.dbid
        WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND b.datname = current_database()
    )
    AND CASE current_setting('drill.variant')
        WHEN 'superuser' THEN NOT r.rolsuper
        WHEN 'login' THEN r.rolcanlogin
        WHEN 'membership' THEN g.oid IS NOT NULL
        ELSE true
    END
ORDER BY r.rolname, g.rolname
