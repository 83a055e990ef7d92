"""Standard output and error that can always be written to: a backup must not fail for want of a reader.

`backup.sh | head` ends the reader long before the backup; a service may start with no output at all; a
locale may lack the characters.  None of these is a reason to stop, and none is worth a traceback.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO


class _Lasting(io.FileIO):
    """A file that becomes /dev/null when its reader has gone."""

    reader_left = False

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            self.reader_left = True
            return memoryview(data).nbytes


def make_lasting() -> None:
    """Let every later write to standard output and error succeed."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - for the process
    sys.stdout = _lasting(sys.stdout, sys.__stdout__)
    sys.stderr = _lasting(sys.stderr, sys.__stderr__)


def reader_left() -> bool:
    """Whether whoever read standard output is gone."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return isinstance(raw, _Lasting) and raw.reader_left


def _lasting(stream: TextIO | None, original: TextIO | None) -> TextIO:
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123
    if stream is not original or not isinstance(stream, io.TextIOWrapper):
        return stream
    if stream.isatty():
        stream.reconfigure(errors="backslashreplace")
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Lasting(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering,
    )
