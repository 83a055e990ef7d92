"""A server that archives its WAL into a plain folder, and what tests do with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.drill.running import wait_until
from tests.servers import Server, _server_account, binaries, start_cluster


@contextmanager
def archiving(major: int = 15, /, **settings: str) -> Iterator[tuple[Path, Server]]:
    """A folder, and a server that archives into its `wal`; both are gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="drill-archiving-"))
    home.chmod(0o755)
    wal = folder_of_server(home / "wal")
    archives = {
        "archive_mode": "on",
        "archive_command": f"test ! -f {wal}/%f && cp %p {wal}/%f",
        "max_wal_senders": "4",
    }
    try:
        with start_cluster(binaries(major), settings={**archives, **settings}) as server:
            yield home, server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def folder_of_server(folder: Path) -> Path:
    """A new one that the server's account may write to."""
    folder.mkdir()
    if os.getuid() == 0:
        account = _server_account()
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def archive_now(server: Server, home: Path) -> None:
    """End the segment that is written now, and wait until it is archived."""
    (last,) = server.sql("postgres", "select pg_walfile_name(pg_switch_wal())")[0]
    wait_until((home / "wal" / last).exists, "the last segment in the archive")


def base_backup(server: Server, place: Path, *arguments: str) -> None:
    place.parent.mkdir(exist_ok=True)
    program = [str(server.bin_dir / "pg_basebackup"), "-D", str(place), "-c", "fast", *arguments]
    subprocess.run(program, env=server.libpq(), check=True, capture_output=True)


@contextmanager
def writing(server: Server, *databases: str) -> Iterator[None]:
    """One writer per name given, with transactions of one row each, until the block ends."""
    over = threading.Event()

    def write(database: str) -> None:
        with server.connect(database) as connection:
            while not over.is_set():
                connection.execute("insert into item (name) values ('while it was written')")

    writers = [threading.Thread(target=write, args=(name,)) for name in databases]
    for writer in writers:
        writer.start()
    try:
        yield
    finally:
        over.set()
        for writer in writers:
            writer.join()
