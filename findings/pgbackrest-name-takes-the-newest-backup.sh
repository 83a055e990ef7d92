#!/usr/bin/env bash
# Guess: pgbackrest restore picks the backup that lies before the target, whatever kind of target it is.
# Seen: it does for --type=time and --type=lsn, and not for --type=name (and xid): it takes the newest backup, which
# lies behind the restore point, says nothing and exits 0; the server then ends with the FATAL of a gap in the WAL.
# A restore point "before_release" is lost to the default command as soon as the next backup has run; --set helps.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

debian postgresql-15 15.20-0+deb12u1
debian pgbackrest 2.45-1
export BIN=/usr/lib/postgresql/15/bin
db=$LAB/db
mkdir "$LAB/repo" "$LAB/log" "$LAB/lock" "$LAB/spool"
cat >"$LAB/backrest.conf" <<CONF
[global]
repo1-path=$LAB/repo
repo1-retention-full=2
log-path=$LAB/log
lock-path=$LAB/lock
spool-path=$LAB/spool
start-fast=y
log-level-console=warn
[lab]
pg1-path=$db
pg1-port=5801
pg1-socket-path=$LAB
pg1-user=postgres
CONF
backrest() { pgbackrest --config="$LAB/backrest.conf" --stanza=lab "$@"; }
make_cluster "$db"
start "$db" 5801 archive_mode=on "archive_command='pgbackrest --config=$LAB/backrest.conf --stanza=lab archive-push %p'"
backrest stanza-create
ask 5801 "create table t as select 1 as n"
backrest backup --type=full
set_before=$(find "$LAB/repo/backup/lab" -maxdepth 1 -name '*F' -printf '%f')
ask 5801 "insert into t values (2)"
point=$(ask 5801 "select pg_create_restore_point('before_release')")
ask 5801 "insert into t values (3)"
backrest backup --type=incr
stop "$db"

promoted() { [ "$(ask 5802 'select pg_is_in_recovery()')" = f ]; }
refused() { grep -v 'the database system is' "$1.log" | grep -q FATAL; }
settled() { promoted || refused "$1"; }

# drill NAME OPTION…: prints the rows of the promoted copy, or why it ended.  pg_ctl may return before either.
drill() {
  local copy=$LAB/$1 said
  shift
  mkdir "$copy"
  backrest restore --pg1-path="$copy" --target-action=promote "$@" || { echo "restore exits $?"; return; }
  start "$copy" 5802 2>/dev/null >&2 || true
  until_so "the copy is promoted or has ended" settled "$copy"
  if refused "$copy"; then
    said=$(grep -v 'the database system is' "$copy.log" | grep -m 1 FATAL)
    echo "${said#*FATAL:  }"
  else
    ask 5802 "select count(*) || ' rows' from t"
    stop "$copy"
  fi
}

pgbackrest version
expect "by position" "2 rows" "$(drill by_lsn --type=lsn --target="$point")"
expect "by name" "recovery ended before configured recovery target was reached" "$(drill by_name --type=name --target=before_release)"
expect "by name, with the set named" "2 rows" "$(drill by_set --type=name --target=before_release --set="$set_before")"
finish
