-- Whether a standby has all of the primary's data, and the time of the last commit that it has replayed.
-- A receiver that runs has heard from its upstream within wal_receiver_timeout: what it has not received was not
-- written by then.  Without the right to read statistics its row is there all the same, with its pid alone.
select
    exists (select from pg_catalog.pg_stat_wal_receiver)
        and coalesce(pg_catalog.pg_last_wal_receive_lsn() <= pg_catalog.pg_last_wal_replay_lsn(), false) as caught_up,
    pg_catalog.pg_last_xact_replay_timestamp() as as_of
