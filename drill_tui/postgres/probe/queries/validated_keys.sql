-- Foreign keys that ADD CONSTRAINT checked against every row, as oid and xmin: whatever touches the key in the
-- catalog afterwards gives it another xmin.  Left out is what was not checked that way, or not on plain tables:
-- NOT VALID, NOT ENFORCED and PERIOD (from 18, read by to_jsonb), partitioned tables, tables that an extension
-- made before their rows came, keys with a trigger that is off.
SELECT con.oid::bigint AS oid, con.xmin::text::bigint AS xmin
  FROM pg_catalog.pg_constraint AS con
  JOIN pg_catalog.pg_class AS child ON child.oid = con.conrelid
  JOIN pg_catalog.pg_class AS parent ON parent.oid = con.confrelid
 WHERE con.contype = 'f'
   AND con.conparentid = 0
   AND con.convalidated
   AND coalesce((to_jsonb(con) ->> 'conenforced')::boolean, true)
   AND NOT coalesce((to_jsonb(con) ->> 'conperiod')::boolean, false)
   AND child.relkind = 'r'
   AND parent.relkind = 'r'
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS made
                    WHERE made.deptype = 'e'
                      AND (made.classid, made.objid) IN (('pg_catalog.pg_class'::regclass, child.oid),
                                                         ('pg_catalog.pg_class'::regclass, parent.oid)))
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS fired
                    WHERE fired.tgconstraint = con.oid AND fired.tgenabled <> 'O')
