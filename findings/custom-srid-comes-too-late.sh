#!/usr/bin/env bash
# Guess: rows that a user added to an extension's table (here an SRID in spatial_ref_sys) are loaded before the user's
# own tables, because those may need them.
# Seen: pg_dump orders table data by name only. A stored generated column that transforms to the user's SRID loads when
# its table sorts after spatial_ref_sys (zones) and fails when it sorts before (areas): the table stays empty.
# Renaming the table decides whether the backup restores. The dump itself says nothing and exits 0.
# shellcheck source=/dev/null
source "$(dirname "$0")/lab.bash"

debian postgresql-15 15.20-0+deb12u1
debian postgresql-15-postgis-3 3.3.2+dfsg-1+b1
export BIN=/usr/lib/postgresql/15/bin
db=$LAB/db
make_cluster "$db"
start "$db" 5731
ask 5731 "create database source"
ask 5731 "create database target"
export PGDATABASE=source
ask 5731 "create extension postgis" 2>/dev/null
ask 5731 "insert into spatial_ref_sys (srid, auth_name, auth_srid, proj4text)
          values (990001, 'site', 990001, '+proj=tmerc +lat_0=50 +lon_0=8 +k=1 +x_0=0 +y_0=0 +ellps=GRS80 +units=m +no_defs')"
for table in areas zones; do
  ask 5731 "create table $table (place geometry(Point, 4326),
            on_site geometry(Point, 990001) generated always as (st_transform(place, 990001)) stored)"
  ask 5731 "insert into $table values (st_setsrid(st_makepoint(8.1, 50.1), 4326))"
done
"$BIN/pg_dump" -p 5731 -Fc -f "$LAB/dump" source
code=0
"$BIN/pg_restore" -p 5731 -d target "$LAB/dump" 2>"$LAB/said" || code=$?
export PGDATABASE=target

echo "$("$BIN/postgres" --version), PostGIS 3.3.2"
expect "exit code of pg_restore" 1 "$code"
grep -m 2 'error:' "$LAB/said" || true
expect "rows of zones, which sorts after spatial_ref_sys" 1 "$(ask 5731 'select count(*) from zones')"
expect "rows of areas, which sorts before it" 0 "$(ask 5731 'select count(*) from areas')"
expect "the SRID is there in the end" 1 "$(ask 5731 'select count(*) from spatial_ref_sys where srid = 990001')"
finish
