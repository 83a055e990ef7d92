select xid
from (
    select pg_catalog.unnest(%(in_progress)s::bigint[]) as xid
    union all
    select pg_catalog.generate_series(
        %(xmax)s::bigint,
        pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot()) - 1
    )
) as unseen
where pg_catalog.txid_status(xid) = 'committed'
order by xid
limit 5
