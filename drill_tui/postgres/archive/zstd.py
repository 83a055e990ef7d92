"""What the program zstd unpacks, read like a file: Python 3.11 reads gzip by itself, and zstd not."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from drill_tui.postgres.archive.confinement import unprivileged

MAGIC: Final = b"\x28\xb5\x2f\xfd"
"""What a frame begins with (RFC 8878, 3.1.1)."""


def is_installed() -> bool:
    return shutil.which("zstd") is not None


def open_zstd(path: Path) -> io.BufferedReader:
    """The file's plain content.  Raises OSError or CouldNotTellError where the program cannot be started."""
    return io.BufferedReader(_Unpacked(path), 1 << 16)


class _Unpacked(io.RawIOBase):
    """A file that was cut off or damaged raises EOFError in the place of its end."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        argv = unprivileged(["zstd", "--decompress", "--stdout", "--quiet"], os.environ)
        with path.open("rb") as packed:
            self._child = subprocess.Popen(
                argv, stdin=packed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/"
            )

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        assert self._child.stdout is not None  # noqa: S101 - it was asked for as a pipe
        got = self._child.stdout.readinto(buffer)  # type: ignore[attr-defined]
        if not got:
            self._check_end()
        return int(got)

    def _check_end(self) -> None:
        said = self._child.stderr.read() if self._child.stderr is not None else b""
        if self._child.wait():
            words = said.decode("utf-8", "replace").strip().splitlines()
            raise EOFError(words[-1] if words else f"zstd ended with exit code {self._child.returncode}")

    def close(self) -> None:
        if not self.closed:
            self._child.kill()
            self._child.communicate()
        super().close()
