#!/bin/bash
# What the official image's entrypoint does with POSTGRES_PASSWORD, POSTGRES_INITDB_ARGS and PGDATA.
set -euo pipefail

if [[ ${1:-} != postgres ]]; then
    exec "$@"
fi
if [[ $(id -u) == 0 ]]; then
    mkdir -p "$PGDATA"
    chown postgres "$PGDATA" /run/postgresql
    chmod 0700 "$PGDATA"
    chmod 3777 /run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [[ ! -s $PGDATA/PG_VERSION ]]; then
    : "${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}"
    # shellcheck disable=SC2086 # several arguments in one variable, as in the official image
    initdb --username="${POSTGRES_USER:-postgres}" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
        ${POSTGRES_INITDB_ARGS:-}
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    # The official image runs a first server, on its socket only, for init scripts.
    pg_ctl --wait --pgdata="$PGDATA" --options="-c listen_addresses=''" start
    pg_ctl --wait --pgdata="$PGDATA" --mode=fast stop
fi
exec "$@" -c listen_addresses='*'
