-- What CREATE DATABASE … TEMPLATE leaves behind: settings, grants and the comment live outside of the database.
WITH pair AS (
    SELECT one.oid AS from_oid, one.datacl, copy.oid AS to_oid
    FROM pg_catalog.pg_database AS one CROSS JOIN pg_catalog.pg_database AS copy
    WHERE one.datname = %(template)s AND copy.datname = %(name)s
), grants AS (
    UPDATE pg_catalog.pg_database AS d SET datacl = pair.datacl FROM pair WHERE d.oid = pair.to_oid
), settings AS (
    INSERT INTO pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
    SELECT pair.to_oid, s.setrole, s.setconfig
    FROM pg_catalog.pg_db_role_setting AS s JOIN pair ON s.setdatabase = pair.from_oid
)
INSERT INTO pg_catalog.pg_shdescription (objoid, classoid, description)
SELECT pair.to_oid, c.classoid, c.description
FROM pg_catalog.pg_shdescription AS c JOIN pair ON c.objoid = pair.from_oid
WHERE c.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
