#!/bin/sh
# Verifies the restored database named by DB_HOST DB_PORT DB_NAME DB_USER (then DATABASE_URL, then PG*).
# At localhost:15432, the server of compose.restore.yml, its account is known and need not be named.
#   scripts/verify.sh [--backup PATH] [--required-tables LIST] [--jobs N] [--depth full|counts]
# Exit codes: 0 all met, 1 something missed or unproven, 2 usage, 3 could not tell (no connection, server lost).
set -eu
exec "$(dirname -- "$(readlink -f -- "$0")")/start.sh" verify "$@"
