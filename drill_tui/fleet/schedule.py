"""Which drill a host takes next: pure, so that the worker, the plan and a simulation decide alike.

Overdue drills go first, then the longest: what begins late must be short, or all wait for it in the end.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from drill_tui.fleet.window import Window
from drill_tui.verdict.wording import duration_words, size_words

UNKNOWN_S: Final = 900.0
"""What a drill is taken to last before one has been seen to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A drill that is due, and what it asks of a host."""

    database: str
    source: str
    takes_s: float = UNKNOWN_S
    overdue: bool = False
    labels: frozenset[str] = frozenset()
    cores: int = 1
    disk_bytes: int = 0
    window: Window | None = None

    @property
    def rank(self) -> tuple[bool, float, str]:
        """The smallest goes first."""
        return (not self.overdue, -self.takes_s, self.database)

    @property
    def shape(self) -> Shape:
        return Shape(self.labels, self.cores, self.disk_bytes.bit_length())


@dataclass(frozen=True, slots=True)
class Shape:
    """What drills that are alike ask for; of the disk, its power of two."""

    labels: frozenset[str]
    cores: int
    disk_bits: int

    def may_fit(self, room: Room) -> bool:
        """False where none of them can start in that room."""
        if not self.labels <= room.labels or (room.cores is not None and self.cores > room.cores):
            return False
        return room.disk_bytes is None or self.disk_bits <= max(0, room.disk_bytes).bit_length()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a host has left for one more drill; None is not known, and enough."""

    host: str
    labels: frozenset[str] = frozenset()
    drills: int = 1
    cores: int | None = None
    disk_bytes: int | None = None

    def without(self, want: Want) -> Room:
        """The same host while it runs that drill too."""
        return replace(
            self,
            drills=self.drills - 1,
            cores=None if self.cores is None else self.cores - want.cores,
            disk_bytes=None if self.disk_bytes is None else self.disk_bytes - want.disk_bytes,
        )


class Backlog:
    """The drills that wait, by what they ask for, each by rank: a host looks only at what it could run."""

    def __init__(self, wants: Iterable[Want] = ()) -> None:
        self._alike: dict[Shape, list[Want]] = {}
        for want in sorted(wants, key=lambda want: want.rank):
            self._alike.setdefault(want.shape, []).append(want)

    def __len__(self) -> int:
        return sum(map(len, self._alike.values()))

    def __iter__(self) -> Iterator[Want]:
        return (want for wants in self._alike.values() for want in wants)

    def add(self, want: Want) -> None:
        insort(self._alike.setdefault(want.shape, []), want, key=lambda other: other.rank)

    def remove(self, want: Want) -> None:
        wants = self._alike[want.shape]
        del wants[bisect_left(wants, want.rank, key=lambda other: other.rank)]
        if not wants:
            del self._alike[want.shape]

    def best_for(self, room: Room, busy: Container[str], now: float) -> Want | None:
        """The first that may start now in that room, while drills of `busy` sources run.

        Of those that are equally pressing, what asks for more labels goes first: fewer hosts can take it.
        """
        if room.drills < 1:
            return None
        best: tuple[tuple[bool, int, float, str], Want] | None = None
        for shape, wants in self._alike.items():
            if not shape.may_fit(room):
                continue
            head = _place(wants[0])
            if best is not None and head > best[0]:
                continue
            fit = next((w for w in wants if w.source not in busy and fits(w, room, now)), None)
            if fit is not None and (best is None or _place(fit) < best[0]):
                best = _place(fit), fit
        return best[1] if best else None


def _place(want: Want) -> tuple[bool, int, float, str]:
    overdue, longest, name = want.rank
    return overdue, -len(want.labels), longest, name


def fits(want: Want, room: Room, now: float) -> bool:
    """Whether disk, cores and window allow it; labels and the source are not asked."""
    if room.cores is not None and want.cores > room.cores:
        return False
    if room.disk_bytes is not None and want.disk_bytes > room.disk_bytes:
        return False
    return want.window is None or want.window.left_s(now) >= want.takes_s


def why_not(want: Want, room: Room, busy: Container[str], now: float) -> str:
    """Why that room does not take it now, as a clause; empty where it may start."""
    lacking = sorted(want.labels - room.labels)
    if lacking:
        return f"{room.host} has no label {', '.join(lacking)}"
    if want.source in busy:
        return f"another drill of source {want.source} runs"
    if room.drills < 1:
        return f"{room.host} runs as many drills as it may"
    if room.cores is not None and want.cores > room.cores:
        return f"{room.host} has {room.cores} cores free, and it needs {want.cores}"
    if room.disk_bytes is not None and want.disk_bytes > room.disk_bytes:
        if room.disk_bytes < 0:
            return f"{room.host} has no disk left but what is kept for logs and evidence"
        free, needed = size_words(room.disk_bytes), size_words(want.disk_bytes)
        return f"{room.host} has {free} of disk free, and it needs {needed}"
    return why_closed(want, now)


def why_closed(want: Want, now: float) -> str:
    """Why its window does not let it start, wherever that would be; empty where it does."""
    if want.window is None or want.window.left_s(now) >= want.takes_s:
        return ""
    takes = duration_words(want.takes_s)
    if want.takes_s > want.window.lasts_s:
        return f"it takes {takes}, and its window {want.window} UTC is shorter: widen it"
    if want.window.left_s(now):
        return f"it takes {takes}, and its window {want.window} UTC closes before"
    return f"its window {want.window} UTC is closed"
