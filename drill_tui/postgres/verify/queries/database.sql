-- The database as a whole: what pg_dump without --create says nothing about.
SELECT pg_catalog.pg_encoding_to_char(db.encoding) AS encoding,
       db.datcollate AS collate,
       db.datctype AS ctype,
       coalesce(to_jsonb(db) ->> 'datlocprovider', 'c') AS locale_provider,
       coalesce(to_jsonb(db) ->> 'datlocale', to_jsonb(db) ->> 'daticulocale') AS locale,
       to_jsonb(db) ->> 'datcollversion' AS collation_version,
       pg_catalog.pg_get_userbyid(db.datdba) AS owner,
       coalesce(db.datacl, pg_catalog.acldefault('d', db.datdba))::text[] AS acl,
       pg_catalog.shobj_description(db.oid, 'pg_database') AS comment,
       coalesce((SELECT conf.setconfig
                   FROM pg_catalog.pg_db_role_setting AS conf
                  WHERE conf.setdatabase = db.oid AND conf.setrole = 0), '{}') AS settings,
       coalesce((SELECT jsonb_agg(jsonb_build_object('role', r.rolname, 'settings', conf.setconfig))
                   FROM pg_catalog.pg_db_role_setting AS conf
                   JOIN pg_catalog.pg_roles AS r ON r.oid = conf.setrole
                  WHERE conf.setdatabase = db.oid), '[]') AS role_settings,
       coalesce((SELECT array_agg(rolname::text) FROM pg_catalog.pg_roles), '{}') AS roles,
       coalesce((SELECT array_agg(ext.extname::text || ' ' || ext.extversion ORDER BY ext.extname)
                   FROM pg_catalog.pg_extension AS ext), '{}') AS extensions
  FROM pg_catalog.pg_database AS db
 WHERE db.datname = pg_catalog.current_database()
