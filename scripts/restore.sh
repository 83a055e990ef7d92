#!/bin/sh
# Restores a backup into the database named by DB_HOST DB_PORT DB_NAME DB_USER (then DATABASE_URL, then PG*).
# At localhost:15432, the server of compose.restore.yml, its account is known and need not be named.
#   scripts/restore.sh --input BACKUP [--check-only | --dry-run] [--jobs N] [--replace --confirm NAME]
# Exit codes: 0 restored, 1 the backup is bad, 2 usage, 3 could not tell (refused, no connection, disk full).
set -eu
exec "$(dirname -- "$(readlink -f -- "$0")")/start.sh" restore "$@"
