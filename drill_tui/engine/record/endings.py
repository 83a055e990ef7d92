"""How a drill ends, and how a run that was cut off is taken over: events, and the values inside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from drill_tui.engine.record.vocabulary import CleanupResult, EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupStarted:
    TYPE: ClassVar[str] = "cleanup.started"
    reason: EndReason


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupEnded:
    TYPE: ClassVar[str] = "cleanup.ended"
    result: CleanupResult
    leftovers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRecovered:
    """A new process took over a run whose process had died.  `how` is `resume` or `clean`."""

    TYPE: ClassVar[str] = "drill.recovered"
    how: str
    down_s: float
    pid: int
    boot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftFile:
    """A file of the run's evidence; `sha256` is what `sha256sum` prints."""

    path: str
    """Relative to the run's directory; `../` leads to the folder of the reports."""
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillEnded:
    TYPE: ClassVar[str] = "drill.ended"
    reason: EndReason
    detail: str = ""
    files: tuple[LeftFile, ...] = ()
    """What the run left beside its journal, as it was at this moment."""
