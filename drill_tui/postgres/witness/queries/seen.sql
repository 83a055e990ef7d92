-- Which transactions the current snapshot sees: those before xmax but for the ones that run.
select
    pg_catalog.txid_snapshot_xmax(seen) as xmax,
    array(select pg_catalog.txid_snapshot_xip(seen)) as in_progress
from pg_catalog.txid_current_snapshot() as seen
