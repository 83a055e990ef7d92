"""SQL of the verification, from drill_tui/postgres/queries/."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import LiteralString


@cache
def statement(name: str) -> LiteralString:
    """The text of `queries/<name>.sql`; it is part of the program, hence literal."""
    text = files("drill_tui.postgres").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")
    return text
