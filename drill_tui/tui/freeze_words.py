"""That production is frozen, why, and what lifts it: the words of `freeze --check`."""

from __future__ import annotations

from textual.content import Content

from drill_tui.programme.freeze import FROZEN, Frozen, why_it_freezes
from drill_tui.programme.incident import what_failed
from drill_tui.tui.looks import Tone
from drill_tui.tui.words import hanging, lines, muted, tinted

_NAMED = 2
"""So many reasons are told, the newest first; the incidents screen has them all."""


def freeze_words(frozen: Frozen, width: int) -> Content:
    """Empty where nothing is frozen.  `width` is in cells."""
    if not frozen.reasons:
        return Content("")
    reasons = [*frozen.unreadable, *(why_it_freezes(incident) for incident in reversed(frozen.incidents))]
    more = len(reasons) - _NAMED
    rows = [tinted(f"‖ {FROZEN}", Tone.BAD, "bold")]
    rows += [hanging(muted("  •"), reason, 4, width) for reason in reasons[:_NAMED]]
    rows += [muted(f"    and {more} more")] if more > 0 else []
    drills = sorted({what_failed(incident) for incident in frozen.incidents})
    if drills:
        rows.append(hanging(muted("  →"), _what_lifts(drills), 4, width))
    return lines(*rows)


def _what_lifts(drills: list[str]) -> str:
    if len(drills) == 1:
        return f"Only a passing drill of {drills[0]} lifts it: mend the cause, then start that drill."
    return f"Only a passing drill of each lifts it: {', '.join(drills)}. Mend the causes, then drill."
