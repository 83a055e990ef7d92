"""Whether a terminal can show the screen at all, and how.  Light: the front door asks before it imports."""

from __future__ import annotations

import codecs
import locale
import sys
from collections.abc import Mapping
from typing import IO, Any


def refusal(
    stdin: IO[Any], stdout: IO[Any], environment: Mapping[str, str], stderr: IO[Any] | None = None
) -> str | None:
    """Why the guided screen cannot open here, as a sentence for the user; None if it can.

    Textual draws on standard error, so that has to be the terminal too.
    """
    streams = (stdin, "standard input"), (stdout, "standard output"), (stderr or sys.stderr, "standard error")
    for stream, name in streams:
        if not stream.isatty():
            return f"the guided drill needs a terminal, and {name} is not one"
    if environment.get("TERM", "") in ("dumb", ""):
        return (
            f"the guided drill cannot draw on this terminal (TERM is {environment.get('TERM') or 'not set'})"
        )
    return None


def wants_ascii(environment: Mapping[str, str], encoding: str | None = None) -> bool:
    """True where only ASCII may be drawn: `DRILL_ASCII=1`, or a terminal whose encoding is not UTF-8."""
    asked = environment.get("DRILL_ASCII", "")
    if asked:
        return asked.lower() not in ("0", "no", "false")
    spoken = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    if spoken:
        return "utf" not in spoken.lower() and spoken.partition(".")[0] in ("C", "POSIX")
    return codecs.lookup(encoding or locale.getpreferredencoding(do_setlocale=False)).name != "utf-8"


def few_colours(environment: Mapping[str, str]) -> bool:
    """True for terminals that are known to have 16 colours or fewer."""
    term = environment.get("TERM", "")
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return False
    return term in ("linux", "xterm", "screen", "vt100", "vt220", "ansi", "cygwin") or term.endswith(
        "-16color"
    )


class Nowhere:
    """Takes the place of the thread that writes to the terminal."""

    def write(self, text: str) -> None: ...

    def flush(self) -> None: ...

    def stop(self) -> None: ...
