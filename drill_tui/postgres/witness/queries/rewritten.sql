-- Tables that were truncated or rewritten after this transaction's snapshot: what it saw of them is gone.
select c.oid::int8
from pg_catalog.pg_class c
where c.relkind = 'r' and c.relfilenode <> 0
    and c.relfilenode is distinct from pg_catalog.pg_relation_filenode(c.oid)
