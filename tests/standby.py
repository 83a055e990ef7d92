"""A second server that follows a first one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests import servers
from tests.e2e.drill.running import wait_until


def standby_of(primary: servers.Server) -> servers.Server:
    """A physical copy of a server that follows it."""
    home = Path(tempfile.mkdtemp(prefix="drill-pg-standby-"))
    if os.getuid() == 0:
        shutil.chown(home, servers._server_account().pw_name)
    argv = [
        str(primary.bin_dir / "pg_basebackup"),
        "-D",
        str(home / "data"),
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
    ]
    subprocess.run(
        [*servers._as_server_user(), *argv], env=primary.libpq(), cwd=home, check=True, capture_output=True
    )
    return servers._start(primary.bin_dir, home, home / "data", home / "server.log", servers.SETTINGS)


def comes_true(server: servers.Server, question: str) -> None:
    """Wait until a query answers true."""
    wait_until(lambda: server.sql("postgres", question) == [(True,)], question)
