"""`drill-tui fleet ack` and `fleet resolve`: incidents where the evidence of the fleet is, be it a bucket."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from drill_tui.cli.exits import Exit
from drill_tui.cli.fleet_root import cannot_reach, open_fleet
from drill_tui.cli.incidents import change_incident
from drill_tui.fleet import gather


def change(
    how: Literal["ack", "resolve"], fleet: Path | None, database: str, name: str, by: str | None, note: str
) -> Exit:
    """As `drill-tui incident`, on a copy that then goes home.  Raises UserError."""
    found = open_fleet(fleet, [database]).fleet
    evidence = found.folder_of(database)
    with TemporaryDirectory(prefix="drill-fleet-") as folder:
        place = Path(folder)
        try:
            found.refresh(database)
            gather.take(evidence, place)
        except OSError as error:
            raise cannot_reach(error) from None
        drill = f"drill-tui fleet run --now --only {database}"
        code = change_incident(how, name, by, note, None, place, drill=drill)
        try:
            gather.leave(place, evidence, found.keeper)
        except OSError as error:
            raise cannot_reach(error) from None
    return code
