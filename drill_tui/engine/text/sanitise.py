"""Text from programs is data: nothing in it may steer a terminal (ECMA-48 escape sequences)."""

from __future__ import annotations

import re
from collections import deque
from typing import Final

MAX_SHOWN_CHARS: Final = 4096
"""Lines are cut at this length for sinks; the log file keeps them whole."""

_ESCAPES: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|[\x90\x98\x9d-\x9f][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_ESCAPES_AND_OPEN: Final = re.compile(rf"(?:\x1b\[|\x9b)[0-?]*[ -/]*\Z|{_ESCAPES.pattern}")
_UNWANTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ASCII_CONTROLS: Final = bytes({*range(32), 0x7F} - set(b"\t\n\r"))


def strip_controls(text: str) -> str:
    """The text without escape sequences, control characters and direction overrides.

    Tabs, line feeds and carriage returns stay.

    >>> strip_controls("\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07plain\\x00")
    'red plain'
    """
    if _is_plain(text):
        return text
    return _UNWANTED.sub("", _ESCAPES.sub("", text))


def end_of_whole_escapes(text: str) -> int:
    """Up to where the text can be stripped by itself: an escape sequence at its end may go on.

    >>> end_of_whole_escapes("red \\x1b[3"), end_of_whole_escapes("red \\x1b[31m!")
    (4, 10)
    """
    if _is_plain(text):
        return len(text)
    for last in deque(_ESCAPES_AND_OPEN.finditer(text), maxlen=1):
        return last.start() if last.end() == len(text) else len(text)
    return len(text)


def _is_plain(text: str) -> bool:
    """Whether nothing needs stripping; for ASCII, five times as fast as the pattern."""
    if text.isascii():
        return len(text.encode().translate(None, _ASCII_CONTROLS)) == len(text)
    return _UNWANTED.search(text) is None


def one_line(text: str, limit: int = MAX_SHOWN_CHARS) -> str:
    """The text as one line that is safe to show, cut at `limit` characters."""
    flat = " ".join(strip_controls(text).split())
    return shorten(flat, limit)


def shorten(line: str, limit: int = MAX_SHOWN_CHARS) -> str:
    """The line, cut where it is longer than `limit` characters, saying how much is missing."""
    if len(line) <= limit:
        return line
    return f"{line[:limit]}… ({len(line) - limit} more characters in the log file)"
