"""Exit codes of a step's command that say more than "failed" (docs/exit-codes.md)."""

from __future__ import annotations

from typing import Final

COULD_NOT_TELL: Final = 3
"""A script that could not do its work, as opposed to one that found something bad."""
COULD_NOT_RUN: Final = frozenset({126, 127, *range(129, 193)})
"""A shell's: what it was to run cannot be run or is not there, or a signal ended it (128 + its number)."""
NOTHING_PROVEN: Final = 6
"""A script that ran to its end, found nothing bad and recorded `unproven` evidence."""
