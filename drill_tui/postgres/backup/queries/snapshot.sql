-- The statement's start is before the snapshot, so the snapshot is never older than it says.
select
    case when %(export)s then pg_catalog.pg_export_snapshot() end as snapshot,
    pg_catalog.statement_timestamp() as taken_at,
    case when pg_catalog.pg_is_in_recovery()
        then pg_catalog.pg_last_wal_replay_lsn()
        else pg_catalog.pg_current_wal_lsn() end::text as lsn
