#!/usr/bin/env bash
# A real Docker engine for the tests, and a PostgreSQL image made from this machine's Debian packages:
# no registry is needed.
#
#   scripts/docker-test-engine.sh start   installs what is missing, starts the engine, builds the image;
#                                         fetches `docker compose` (v2) where this Debian has none
#   scripts/docker-test-engine.sh stop    ends the engine and removes all that it made
#
# `start` prints the variables that the tests read, as shell assignments:
#   eval "$(scripts/docker-test-engine.sh start)"
# Needs root on Debian with postgresql-15.  DRILL_TEST_ENGINE_DIR (default /var/tmp/drill-test-engine) holds
# everything: the engine's data, its socket, its log.
set -euo pipefail

readonly HOME_DIR=${DRILL_TEST_ENGINE_DIR:-/var/tmp/drill-test-engine}
readonly SOCKET=$HOME_DIR/docker.sock
readonly IMAGE=drill-test-postgres:15
readonly PLUGIN=$HOME_DIR/config/cli-plugins/docker-compose
readonly NEWER_DEBIAN=trixie
export DOCKER_HOST=unix://$SOCKET
export LC_ALL=C

complain() {
    echo "docker-test-engine: $*" >&2
    exit 3
}

install_packages() {
    local missing=()
    command -v dockerd >/dev/null || missing+=(docker.io)
    command -v docker-compose >/dev/null || missing+=(docker-compose)
    command -v iptables >/dev/null || missing+=(iptables)
    [[ -x /usr/lib/postgresql/15/bin/postgres ]] || missing+=(postgresql-15)
    if ((${#missing[@]})); then
        apt-get update -qq >&2
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
            --no-install-recommends "${missing[@]}" >&2
    fi
}

# Version 2 of compose from a newer Debian, checked by apt itself; nothing of it is installed into the system.
fetch_compose_plugin() {
    if docker compose version >/dev/null 2>&1; then return; fi
    export DOCKER_CONFIG=$HOME_DIR/config
    [[ -x $PLUGIN ]] || download_plugin >&2 && docker compose version >/dev/null 2>&1 && return
    unset DOCKER_CONFIG
    echo "docker-test-engine: docker compose (v2) cannot be had here; the tests with it will be skipped" >&2
}

download_plugin() (
    place=$HOME_DIR/apt
    site=$(apt-get indextargets 'Created-By: Packages' 'Origin: Debian' | awk '/^Site:/ && !/security/ {print $2; exit}')
    [[ -n $site ]] || return 1
    mkdir -p "$place/lists" "$place/cache" "$(dirname "$PLUGIN")" && chown _apt "$place"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $NEWER_DEBIAN main" >"$place/sources.list"
    apt=(apt-get -qq -o Dir::Etc::SourceList="$place/sources.list" -o Dir::Etc::SourceParts=-
        -o Dir::State::Lists="$place/lists" -o Dir::Cache="$place/cache" -o Acquire::Languages=none)
    cd "$place" && "${apt[@]}" update && "${apt[@]}" download docker-compose || return 1
    dpkg-deb --fsys-tarfile docker-compose_*.deb |
        tar --extract --to-stdout ./usr/libexec/docker/cli-plugins/docker-compose >"$PLUGIN.partial" || return 1
    chmod 755 "$PLUGIN.partial" && mv "$PLUGIN.partial" "$PLUGIN" && rm -rf "$place"
)

is_up() {
    docker version >/dev/null 2>&1
}

start_engine() {
    is_up && return
    mkdir -p "$HOME_DIR"
    nohup dockerd --data-root "$HOME_DIR/data" --exec-root "$HOME_DIR/exec" --pidfile "$HOME_DIR/dockerd.pid" \
        --host "$DOCKER_HOST" >"$HOME_DIR/dockerd.log" 2>&1 </dev/null &
    local deadline=$((SECONDS + 60))
    until is_up; do
        ((SECONDS < deadline)) || complain "dockerd did not start: $(tail -n 3 "$HOME_DIR/dockerd.log")"
        kill -0 $! 2>/dev/null || complain "dockerd ended: $(tail -n 3 "$HOME_DIR/dockerd.log")"
        sleep 0.2
    done
}

# Every file of PostgreSQL and of what it needs to run, by the package database of this machine.
# LLVM is left out: the server runs without its just-in-time compiler.
list_files() {
    apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks \
        --no-replaces --no-enhances postgresql-15 base-files base-passwd bash coreutils dash findutils grep \
        libc-bin perl-base sed util-linux |
        grep '^[a-z]' | grep -v llvm | sort -u | { xargs dpkg-query --listfiles 2>/dev/null || true; } |
        grep -Ev '^/usr/share/(doc|man|info|locale|lintian|bug)/|llvmjit|/bitcode/|^/(boot|dev|proc|sys)/' |
        sed -nE 's#^/(bin|sbin|lib|lib64)/#/usr/\1/#; s#^/(.+)#\1#p' | sort -u
}

build_image() {
    docker image inspect "$IMAGE" >/dev/null 2>&1 && return
    local context=$HOME_DIR/image
    mkdir -p "$context"
    {
        printf '%s\n' bin sbin usr/bin/sh lib lib64 etc/passwd etc/group etc/nsswitch.conf
        list_files
    } | sort -u | while read -r name; do [[ -e /$name || -L /$name ]] && printf '%s\n' "$name"; done >"$context/files" || true
    tar --create --directory=/ --no-recursion --hard-dereference --ignore-failed-read --files-from="$context/files" \
        --file="$context/root.tar" 2>/dev/null
    cp "$(dirname "${BASH_SOURCE[0]}")/../tests/docker/image/"{Dockerfile,docker-entrypoint.sh} "$context/"
    DOCKER_BUILDKIT=0 docker build --quiet --tag "$IMAGE" "$context" >"$context/build.log" 2>&1 ||
        complain "the image was not built: $(tail -n 3 "$context/build.log")"
    rm -f "$context/root.tar"
}

stop_engine() {
    local pid
    if is_up; then
        docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes >/dev/null
    fi
    pid=$(cat "$HOME_DIR/dockerd.pid" 2>/dev/null || true)
    if [[ -n $pid && $(cat "/proc/$pid/comm" 2>/dev/null) == dockerd ]]; then
        kill "$pid"
        local deadline=$((SECONDS + 30))
        while kill -0 "$pid" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.2; done
    fi
    rm -rf --one-file-system "$HOME_DIR"
}

[[ $(id -u) == 0 ]] || complain "needs root"
case ${1:-} in
    start)
        install_packages
        fetch_compose_plugin
        start_engine
        build_image
        echo "export DOCKER_HOST=$DOCKER_HOST DRILL_POSTGRES_IMAGE=$IMAGE"
        [[ -z ${DOCKER_CONFIG:-} ]] || echo "export DOCKER_CONFIG=$DOCKER_CONFIG"
        ;;
    stop) stop_engine ;;
    *)
        echo "usage: $0 start|stop" >&2
        exit 2
        ;;
esac
