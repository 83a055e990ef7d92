"""Backups as a table for a terminal; plain where it is not one."""

from __future__ import annotations

from datetime import UTC
from typing import TextIO

from rich.table import Table
from rich.text import Text

from drill_tui.programme.backups import Backups
from drill_tui.programme.tables import console, print_table
from drill_tui.sinks.words import flat


def print_backups(backups: Backups, stream: TextIO, *, with_fate: bool = False) -> None:
    """The backups, the newest first; with their fate after a plan was made."""
    out = console(stream)
    headings = ["Data of (UTC)", "Backup", "Kind", "MB", "Proven by", *(["Fate", "Why"] if with_fate else [])]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold", justify="right" if heading == "MB" else "left")
    for row in backups.backups:
        cells = [
            f"{row.at.astimezone(UTC):%Y-%m-%d %H:%M}",
            flat(row.name),
            row.kind,
            f"{row.size_bytes / 1e6:,.1f}",
            row.proven_by or (f"no: {flat(row.doubt)}" if row.doubt else "not yet"),
        ]
        style = "yellow" if row.fate == "remove" else ""
        fate = [row.fate, row.why] if with_fate else []
        table.add_row(*(Text(cell, style) for cell in (*cells, *fate)))
    if backups.backups:
        print_table(out, table)
    else:
        out.print(f"No complete backup in {flat(backups.directory)}.")
    for line in backups.passed_over:
        out.print(Text(f"! {flat(line)}", "yellow"))
