#!/bin/sh
# Backs up the database named by DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD (then DATABASE_URL, then PG*).
#   scripts/backup.sh --output DIR [--jobs N] [--compress METHOD[:LEVEL]] [--digest full|counts] [--lock-timeout S]
# Exit codes: 0 done, 1 the database cannot be backed up as it is, 2 usage, 3 could not tell.
set -eu
exec "$(dirname -- "$(readlink -f -- "$0")")/start.sh" backup "$@"
