-- Settings that a hot standby needs at least as large as its primary's (manual, 27.4.3).
select name, setting::int as value
from pg_catalog.pg_settings
where name in ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions',
    'max_locks_per_transaction')
