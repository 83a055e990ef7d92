"""What fsspec's sftp:// lacks: known_hosts, a limit for a silent line, reads that do not wait for each other.

By itself it takes whatever key a host shows (fsspec 2026.9, `host_key_policy`), so that a stranger's backups
could be drilled as one's own.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any, Final

import paramiko

KNOWN_HOSTS: Final = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts")

ASKED_AHEAD: Final = 64
"""Requests of 32 KiB that a read may have on the way: one after the other, each would wait for the line."""


class UnknownHostKeyError(paramiko.SSHException):
    """The host shows a key that nobody wrote down, or another than was written down."""


class AsKnown(paramiko.MissingHostKeyPolicy):
    """Lets in hosts whose key is in a file of known hosts."""

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
        """Raises UnknownHostKeyError."""
        known = paramiko.HostKeys()
        for place in KNOWN_HOSTS:
            path = Path(place).expanduser()
            if path.is_file():
                known.load(str(path))
        if known.check(hostname, key):
            return
        host = hostname.removeprefix("[").partition("]")[0]
        kinds = sorted(known.lookup(hostname) or ())
        said = "another key than" if key.get_name() in kinds else "a key that is not"
        raise UnknownHostKeyError(
            f"{hostname} shows {said} in known_hosts ({key.get_name()} {key.fingerprint}). Compare it with "
            f"what its administrators say, then connect once by ssh to {host}"
        )


def read(file: Any, start: int, length: int) -> bytes:
    """Bytes of a file that fsspec opened over sftp.  Raises OSError, SSHException, EOFError."""
    return b"".join(file.readv([(start, length)], ASKED_AHEAD))


@cache
def tell_of_a_cut_once() -> None:
    """Where a line breaks, the read raises; the thread that asks ahead need not print a traceback as well.

    It may do so after the read has given up, so this holds for the whole process.
    """
    usual = threading.excepthook

    def hook(of: threading.ExceptHookArgs) -> None:
        if of.thread is None or "_prefetch_thread" not in of.thread.name:
            usual(of)

    threading.excepthook = hook
