"""The one catalogue of faults: tests, the score of a drill, and practice all take them from here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from drill_tui.faults.catalogue import access, around, backup, data, structure
from drill_tui.faults.fault import Fault

CATALOGUE: Final[tuple[Fault, ...]] = (
    *backup.FAULTS,
    *data.FAULTS,
    *structure.FAULTS,
    *access.FAULTS,
    *around.FAULTS,
)
BY_ID: Final = MappingProxyType({fault.id: fault for fault in CATALOGUE})
