#!/bin/sh
# Starts what backup.sh, restore.sh and verify.sh stand for, with the first of these that there is:
# the Python of the drill that runs it, the project's .venv, the environment that these files are installed in,
# the drill-tui on PATH, any python3.
#   scripts/start.sh backup|restore|verify OPTIONS…
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
project=$(dirname -- "$here")
installed=${here%/lib*/python3*/site-packages/drill_tui/project/scripts}

python=python3
if [ -x "${DRILL_PYTHON:-}" ]; then
    python=$DRILL_PYTHON
elif [ -x "$project/.venv/bin/drill-tui" ]; then
    python=$project/.venv/bin/python
elif [ "$installed" != "$here" ] && [ -x "$installed/bin/python3" ]; then
    python=$installed/bin/python3
elif program=$(command -v drill-tui); then
    python=$(sed -n '1s/^#!//p' "$program")
    case $python in
    */python*) [ -x "$python" ] || exec "$program" "$@" ;;
    *) exec "$program" "$@" ;; # pip writes a line for sh where the path is long or has a space
    esac
fi
trap '' INT # until start.py listens
exec "$python" "$here/start.py" "$@"
