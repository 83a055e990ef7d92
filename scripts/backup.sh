#!/bin/sh
# Backs up the database named by DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD (then DATABASE_URL, then PG*).
#   scripts/backup.sh --output DIR [--jobs N] [--compress METHOD[:LEVEL]] [--digest full|counts] [--lock-timeout S]
# Exit codes: 0 done, 1 the database cannot be backed up as it is, 2 usage, 3 could not tell.
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
exec "$python" "$project/scripts/start.py" backup "$@"
