#!/usr/bin/env python3
"""Writes docs/drill-tui.1 from the registry of commands, as `--help` shows it; a test fails when it is stale.

Typer brings its own click, which no maker of man pages reads.  The macros are those of man(7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from drill_tui.cli import commands
from drill_tui.cli.exits import Exit
from drill_tui.cli.front import app

PAGE = Path(__file__).parents[1] / "docs" / "drill-tui.1"
EXITS = {
    Exit.PASSED: "The drill passed, or the command did what it says.",
    Exit.FAILED: "The drill failed; of other commands, what they look for was found.",
    Exit.USAGE: "The command line, a runbook or a file was not as it must be.",
    Exit.ERROR: "It could not be told: something else got in the way.",
    Exit.ABORTED: "A person ended the drill.",
    Exit.LEFTOVERS: "The drill passed, and its cleanup left something behind.",
    Exit.UNPROVEN: "Nothing bad was found, but not everything that is required could be proven.",
}
FILES = {
    "runbooks/": "The project's runbooks: of the nearest folder upwards that has it, or a drill.toml.",
    "artifacts/restore/": "What drills leave: reports, journals, logs.",
    "~/.config/drill-tui/config.toml": "Theme and keys of the screen.",
}
VARIABLES = {
    "DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD": "The database that is drilled.",
    "DATABASE_URL": "The same as an address, where those are not set.",
    "PGHOST, PGSERVICE, …": "libpq's own, where none of them is.",
}


def page() -> str:
    """The whole page."""
    commands.register(app)
    root: Any = typer.main.get_command(app)
    summary, *more = root.help.split("\n\n")
    parts = [
        [
            '.\\" Written by scripts/man_page.py.',
            '.TH DRILL\\-TUI 1 "" "drill\\-tui" "User Commands"',
            ".SH NAME",
            f"drill\\-tui \\- {_text(summary[0].lower() + summary[1:].rstrip('.'))}",
            ".SH SYNOPSIS",
            ".B drill\\-tui",
            "[OPTIONS]",
            ".br",
            ".B drill\\-tui",
            "COMMAND [OPTIONS] [ARGUMENTS]",
            ".SH DESCRIPTION",
            *_paragraphs([summary, *more]),
            ".SH OPTIONS",
        ],
        _parameters(root),
        [".SH COMMANDS"],
        *(_command(name, command) for name, command in root.commands.items()),
        [".SH EXIT STATUS"],
        _table({str(int(code)): means for code, means in EXITS.items()}),
        [".SH ENVIRONMENT"],
        _table(VARIABLES),
        [".SH FILES"],
        _table(FILES),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _command(name: str, command: Any) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner is not None:
        for below, one in inner.items():
            yield from _command(f"{name} {below}", one)
        return
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    named = "".join(f" {_text(p.metavar or p.name.upper())}" for p in arguments)
    yield f".SS {_text(name)}{named}"
    yield from _paragraphs((command.help or "").split("\n\n"))
    yield from _parameters(command)


def _parameters(command: Any) -> Iterator[str]:
    for param in command.params:
        if param.hidden or not param.help:
            continue
        if param.param_type_name == "argument":
            names = [_text(param.metavar or param.name.upper())]
        else:
            value = "" if param.is_flag else f" {_text(param.metavar or 'VALUE')}"
            names = [f"\\fB{_text(name)}\\fR{value}" for name in param.opts]
        yield from (".TP", ", ".join(names), _text(param.help))


def _table(rows: dict[str, str]) -> Iterator[str]:
    for name, means in rows.items():
        yield from (".TP", f".B {_text(name)}", _text(means))


def _paragraphs(texts: list[str]) -> Iterator[str]:
    for text in texts:
        yield from (".PP", _text(" ".join(text.split())))


def _text(words: str) -> str:
    """Plain words: no control line, no escape, and hyphens that can be copied (man(7), groff_char(7))."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    ascii_only = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    return re.sub(r"^(?=[.'])", r"\\&", ascii_only)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
