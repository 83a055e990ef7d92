"""Client programs inside the target's container, callable like programs of this machine."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from drill_tui.postgres.archive.confinement import INSIDE_TARGET

PROGRAMS = ("psql", "pg_dump", "pg_restore", "pg_dumpall")
_PASSED = ("PGUSER", "PGDATABASE", "PGAPPNAME", "PGOPTIONS", "PGCLIENTENCODING", "PGTZ", "PGDATESTYLE")

_WRAPPER = """\
#!/bin/sh
# Runs {program} in the target's container, on the server's own socket.
# The password travels by environment, taken from PGPASSWORD or the passfile.
set -eu
case ${{1:-}} in
    --version | -V) exec env {engine} docker exec {container} {program} --version ;;
esac
if [ -z "${{PGPASSWORD:-}}" ] && [ -n "${{PGPASSFILE:-}}" ]; then
    PGPASSWORD=$(sed -n '1s/.*://p' "$PGPASSFILE")
fi
export PGPASSWORD PGHOST=/var/run/postgresql PGPORT=5432
exec env {engine} docker exec --interactive --user {user} --env PGPASSWORD --env PGHOST --env PGPORT \\
    {passed} {container} {powerless}{program} "$@"
"""
_POWERLESS = "setpriv --inh-caps=-all --bounding-set=-all "
"""Root without a capability reads what is root's, as the account of a drill by root does not."""


def write_clients(folder: Path, container_id: str, environment: Mapping[str, str], backup: Path) -> None:
    """Write one wrapper for each program into `folder`.

    The backup is mounted at its own path in the container, so paths of it mean the same there; nothing else
    of this machine can be read or written by them.  They run as the owner of the backup, which others may not
    read, and without any capability.
    """
    owner = backup.stat()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / INSIDE_TARGET).touch()
    engine = shlex.join(
        f"{name}={value}" for name, value in environment.items() if name.startswith("DOCKER_")
    )
    for program in PROGRAMS:
        wrapper = folder / program
        wrapper.write_text(
            _WRAPPER.format(
                program=program,
                container=shlex.quote(container_id),
                engine=engine,
                user=f"{owner.st_uid}:{owner.st_gid}",
                powerless=_POWERLESS if owner.st_uid == 0 else "",
                passed=" ".join(f"--env {name}" for name in _PASSED),
            )
        )
        wrapper.chmod(0o700)
