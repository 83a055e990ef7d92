"""A stream that lines go to: its width, the symbols it can write, one line that may be rewritten."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, TextIO

from rich.console import Console
from rich.table import Table

from drill_tui.sinks.github import inert, on_github

PLAIN_WIDTH: Final = 110
"""Columns of tables where nobody knows the width: in a log file or a mail of cron."""

_ASCII: Final = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "·": "|",
        "▶": ">",
        "→": "->",
        "█": "#",
        "░": ".",
        "≤": "<=",
        "″": '"',
    }
)


class Terminal:
    """Writes lines to `stream`; colour only on a terminal that wants it (https://no-color.org)."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str] | None = None) -> None:
        environment = os.environ if environment is None else environment
        self._stream = stream
        self.is_terminal = bool(stream.isatty()) and environment.get("TERM") != "dumb"
        self.console = Console(
            file=stream,
            force_terminal=self.is_terminal,
            no_color=bool(environment.get("NO_COLOR")) or not self.is_terminal,
            width=None if self.is_terminal else PLAIN_WIDTH,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
            _environ=environment,
        )
        self._shown = inert if on_github(environment) else str
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        self._status = ""

    def fitting(self, text: str) -> str:
        """The text in characters that the stream's encoding has."""
        try:
            text.encode(self._encoding)
        except UnicodeError:
            return text.translate(_ASCII).encode(self._encoding, "backslashreplace").decode(self._encoding)
        return text

    def line(self, text: str, style: str = "") -> None:
        """Write one line above the status line."""
        self._erase()
        self.console.print(self._shown(self.fitting(text)), style=style or None, soft_wrap=True)
        self._stream.flush()

    def table(self, table: Table) -> None:
        """Write a table, without the blanks that fill its lines to the right."""
        self._erase()
        with self.console.capture() as capture:
            self.console.print(table)
        self._stream.write("".join(f"{self._shown(line).rstrip()}\n" for line in capture.get().splitlines()))
        self._stream.flush()

    def raw(self, text: str) -> None:
        """Write lines exactly as they are, for programs that read this stream."""
        self._erase()
        self._stream.write(text + "\n")
        self._stream.flush()

    def status(self, text: str) -> None:
        """Rewrite the line at the bottom; nothing happens where that is impossible."""
        if not self.is_terminal:
            return
        text = self.fitting(text)[: max(10, self.console.width - 1)]
        if text != self._status:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()
            self._status = text

    def _erase(self) -> None:
        if self._status:
            self._stream.write("\r\x1b[K")
            self._status = ""
