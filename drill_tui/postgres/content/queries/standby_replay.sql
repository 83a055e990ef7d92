-- Volatile functions: they tell of now, also in a transaction that began earlier.
select
    pg_catalog.pg_is_in_recovery()
        and pg_catalog.pg_get_wal_replay_pause_state() = 'paused' as paused,
    case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn() end::text as lsn
