select wanted.name
from pg_catalog.unnest(%(names)s::text[]) as wanted (name)
where wanted.name not in (select s.spcname from pg_catalog.pg_tablespace s)
