"""Whose turn it is where there are fewer cores than work."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

BEHIND_THE_DRILL: Final = 10
"""How nice whoever watches a drill is (nice(2)); what drives it is as nice as it was started."""
GROUP_OF_THIS_SESSION: Final = Path("/proc/self/autogroup")
_TRIES: Final = 10
_AGAIN_S: Final = 0.1
"""The kernel lets one such change of all users through in that time."""


def stay_behind_the_drill() -> None:
    """For good; once more changes nothing."""
    os.nice(max(0, BEHIND_THE_DRILL - os.nice(0)))


class Terminal:
    """What runs at this terminal, which Linux may give one share of the cores together (sched(7), autogroup).

    Where it does, how nice a process is counts against its own terminal only, and each of eight people who
    watch gets as much as the drill.  No kernel that does otherwise is disturbed.
    """

    def __init__(self, group: Path = GROUP_OF_THIS_SESSION) -> None:
        self._group = group
        self._before: int | None = None
        """How nice it was; None while it is as it was found."""

    def stay_behind_the_drill(self) -> None:
        """Until `as_before`; the person's shell waits meanwhile, and whatever else runs here is as nice."""
        with suppress(OSError, ValueError, IndexError):
            before = int(self._group.read_text("ascii").split()[-1])
            if self._before is None and before < BEHIND_THE_DRILL:
                self._group.write_text(str(BEHIND_THE_DRILL), "ascii")
                self._before = before

    def as_before(self) -> None:
        """Whoever works on at this terminal gets the share back that they had; takes a second at most."""
        for _ in range(_TRIES):
            if self._before is None:
                return
            try:
                self._group.write_text(str(self._before), "ascii")
            except BlockingIOError:
                time.sleep(_AGAIN_S)
            except OSError:
                return
            else:
                self._before = None
