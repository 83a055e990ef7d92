"""Commands of the drill programme: what is due, what was, what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Project = Annotated[
    Path | None, typer.Option("--project", metavar="DIR", help="Folder that holds runbooks/ and scripts/.")
]


def register(app: typer.Typer) -> None:
    """Hang the programme's commands on the front door."""
