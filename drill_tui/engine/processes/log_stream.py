"""From the bytes of a program to the lines of a log: cut anywhere, in lines of any length."""

from __future__ import annotations

import codecs
from typing import Final

from drill_tui.engine.processes.log_file import StepLog
from drill_tui.engine.text.redact import Redactor
from drill_tui.engine.text.sanitise import end_of_whole_escapes, strip_controls

PIECE_CHARS: Final = 32 * 1024
"""Of an unfinished line, so much is stripped and redacted at a time: a megabyte at once held the screen."""
MAX_PENDING_CHARS: Final = 1024 * 1024
"""An unfinished line is written once it is this long."""


class LogStream:
    """One stream of raw bytes into a log: invalid UTF-8, lines of any length, bytes cut anywhere."""

    def __init__(self, log: StepLog) -> None:
        self._log = log
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._raw = ""
        """Of an unfinished line, as are the next two: this is not stripped yet, …"""
        self._plain = ""
        """… this is stripped and not redacted yet, …"""
        self._ready: list[str] = []
        """… and this only waits for the line's end."""

    def feed(self, data: bytes) -> None:
        self._raw += self._decoder.decode(data)
        end = max(self._raw.rfind("\n"), self._raw.rfind("\r", 0, -1)) + 1
        if end:
            lines, self._raw = self._raw[:end], self._raw[end:]
            self._write(lines)
        if len(self._raw) + len(self._plain) > max(PIECE_CHARS, 4 * self._log.redactor.overlap_chars):
            self._prepare_a_piece()

    def end(self) -> None:
        """Write what is left of an unfinished line."""
        rest, self._raw = self._raw + self._decoder.decode(b"", final=True), ""
        if rest or self._plain or self._ready:
            self._write(rest if rest.endswith("\n") else f"{rest}\n")

    def _write(self, lines: str) -> None:
        """What comes last ends the unfinished line."""
        last = self._log.redactor.redact(self._plain + strip_controls(lines))
        text = "".join((*self._ready, last))
        self._plain = ""
        self._ready.clear()
        self._log.write(text)

    def _prepare_a_piece(self) -> None:
        """Take the unfinished line as far as an escape sequence or a secret at its end allows."""
        redactor = self._log.redactor
        too_long = len(self._raw) + len(self._plain) + sum(map(len, self._ready)) > MAX_PENDING_CHARS
        cut = len(self._raw) if too_long else end_of_whole_escapes(self._raw)
        self._plain += strip_controls(self._raw[:cut])
        self._raw = self._raw[cut:]
        cut = safe_cut(self._plain, redactor)
        if too_long and not cut:
            cut = len(self._plain)
        self._ready.append(redactor.redact(self._plain[:cut]))
        self._plain = self._plain[cut:]
        if too_long:
            self._log.write("".join(self._ready))
            self._ready.clear()


def safe_cut(text: str, redactor: Redactor) -> int:
    """Where an unfinished line can be cut without cutting a secret in two; 0 if there is no such place."""
    margin = redactor.overlap_chars
    for cut in range(len(text) - margin, len(text) // 2, -margin):
        before, after = text[cut - margin : cut], text[cut : cut + margin]
        if redactor.redact(before) + redactor.redact(after) == redactor.redact(before + after):
            return cut
    return 0
