"""Standard output and error that can always be written to: a backup must not fail for want of a reader.

`backup.sh | head` ends the reader long before the backup; the log that output goes to may be on a full disk;
a service may start with no output at all; a locale may lack the characters.  None of these is a reason to
stop, and none is worth a traceback.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO

from drill_tui.cli.exits import Exit, complain


class _Lasting(io.FileIO):
    """A file that becomes /dev/null when it cannot be written to any more."""

    lost: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.lost = error
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            return memoryview(data).nbytes


def make_lasting() -> None:
    """Let every later write to standard output and error succeed."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - for the process
    sys.stdout = _lasting(sys.stdout, sys.__stdout__)
    sys.stderr = _lasting(sys.stderr, sys.__stderr__)


def reader_left() -> bool:
    """Whether whoever read standard output is gone."""
    return isinstance(_lost(), BrokenPipeError)


def settle(code: int) -> int:
    """The exit code, after a last word where the output was lost although somebody was to have it."""
    sys.stdout.flush()
    problem = _lost()
    if problem is None or isinstance(problem, BrokenPipeError) or code != Exit.PASSED:
        return code
    complain(
        f"standard output could not be written: {problem.strerror}",
        "What was to be done is done, but not all of it was told. Make room, then run it again.",
    )
    return Exit.ERROR


def _lost() -> OSError | None:
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.lost if isinstance(raw, _Lasting) else None


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
