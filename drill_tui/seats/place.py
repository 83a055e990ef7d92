"""The socket in the run's directory, under whatever path that lies: sun_path holds 107 bytes (unix(7))."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from drill_tui.engine.record.vocabulary import SEATS_NAME

ONLY_OURS: Final = 0o600
GROUP_TOO: Final = 0o660
_WAITING: Final = 32
_CONNECT_S: Final = 5.0


class Place:
    """A socket that listens.  Raises OSError where it cannot be made."""

    def __init__(self, run_dir: Path, gid: int | None = None) -> None:
        self._folder = os.open(run_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            self._remove()
            # bind(2) makes the file with the mode of the socket: it is never open to more than it should.
            os.fchmod(self.socket.fileno(), ONLY_OURS)
            self.socket.bind(_short(self._folder))
            if gid is not None:
                os.chown(SEATS_NAME, -1, gid, dir_fd=self._folder)
                os.chmod(SEATS_NAME, GROUP_TOO, dir_fd=self._folder)
            self.socket.listen(_WAITING)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Listen no more, and leave no file."""
        self.socket.close()
        if self._folder >= 0:
            with suppress(OSError):
                self._remove()
            os.close(self._folder)
            self._folder = -1

    def _remove(self) -> None:
        with suppress(FileNotFoundError):
            os.unlink(SEATS_NAME, dir_fd=self._folder)


def connect(run_dir: Path) -> socket.socket:
    """A connection to the process that drives this run.  Raises OSError."""
    folder = os.open(run_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_CONNECT_S)
        connection.connect(_short(folder))
        connection.setblocking(False)
    except BaseException:
        connection.close()
        raise
    finally:
        os.close(folder)
    return connection


def _short(folder: int) -> str:
    return f"/proc/self/fd/{folder}/{SEATS_NAME}"
