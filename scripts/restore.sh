#!/bin/sh
# Restores a backup into the database named by DB_HOST DB_PORT DB_NAME DB_USER (then DATABASE_URL, then PG*).
# At localhost:15432, the server of compose.restore.yml, its account is known and need not be named.
#   scripts/restore.sh --input BACKUP [--check-only | --dry-run] [--jobs N] [--replace --confirm NAME]
# Exit codes: 0 restored, 1 the backup is bad, 2 usage, 3 could not tell (refused, no connection, disk full).
set -eu
project=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd)
if [ -x "$project/.venv/bin/python" ]; then
    python=$project/.venv/bin/python
elif command -v drill-tui >/dev/null 2>&1; then
    python=$(sed -n '1s/^#!//p' "$(command -v drill-tui)")
    [ -x "$python" ] || python=python3
else
    python=python3
fi
trap '' INT # until start.py listens
exec "$python" "$project/scripts/start.py" restore "$@"
