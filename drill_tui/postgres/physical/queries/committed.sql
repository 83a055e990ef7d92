select xid
from pg_catalog.unnest(%(xids)s::bigint[]) as xid
where pg_catalog.txid_status(xid) = 'committed'
