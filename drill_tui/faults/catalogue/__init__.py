"""The one catalogue of faults: tests, the score of a drill, and practice all take them from here.

Installed packages add their own, under the fault's id.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from drill_tui.faults.catalogue import access, around, backup, data, structure
from drill_tui.faults.fault import Fault
from drill_tui.kinds import KindError, Kinds

CATALOGUE: Final[tuple[Fault, ...]] = (
    *backup.FAULTS,
    *data.FAULTS,
    *structure.FAULTS,
    *access.FAULTS,
    *around.FAULTS,
)
BY_ID: Final = MappingProxyType({fault.id: fault for fault in CATALOGUE})
FAULTS: Final[Kinds[Fault]] = Kinds("drill_tui.faults", "fault", Fault, BY_ID)
"""Ours and those of installed packages."""


def faults_for_copies(names: str = "") -> tuple[Fault, ...]:
    """Those that are named, separated by commas; without one all that copies can hold.  Raises KindError."""
    if not names:
        return tuple(fault for fault in FAULTS.values() if fault.injury is not None)
    found = tuple(FAULTS.named(name) for name in names.split(","))
    for fault in found:
        if fault.injury is None:
            raise KindError(f"no copy can hold the fault {fault.id!r}")
    return found
