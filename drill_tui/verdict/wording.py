"""How reports write times, so that every artifact says them in the same words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drill_tui.verdict.report import CriterionReport


def iso(at: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC with milliseconds.

    >>> iso(1795356062.5)
    '2026-11-22T14:01:02.500Z'
    """
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def changed_words(params: Mapping[str, str]) -> str:
    """Parameters with their values, as on a command line."""
    return ", ".join(f"{name}={value}" for name, value in params.items())


def duration_words(seconds: float) -> str:
    """A length of time for people.

    >>> duration_words(0.84), duration_words(12.34), duration_words(252), duration_words(7500)
    ('0.84 s', '12.3 s', '4 min 12 s', '2 h 5 min')
    """
    if seconds < 0:
        return f"−{duration_words(-seconds)}"
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 9.995 else f"{seconds:.1f} s"
    minutes, rest_s = divmod(round(seconds), 60)
    if minutes < 60:
        return _two(minutes, "min", rest_s, "s")
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours < 48:
        return _two(hours, "h", minutes, "min")
    return _two(hours // 24, "d", hours % 24, "h")


def _two(big: int, big_unit: str, small: int, small_unit: str) -> str:
    return f"{big} {big_unit} {small} {small_unit}" if small else f"{big} {big_unit}"


def ago(seconds: float) -> str:
    """How long ago, in the coarsest words that are still true.

    >>> ago(30), ago(7200), ago(3 * 86400)
    ('just now', '2 h ago', '3 d ago')
    """
    length = coarse_span(seconds)
    return f"{length} ago" if length else "just now"


def handover_words(role: str, had: str, has: str, by: str) -> str:
    """A role that went from one person to another.

    >>> handover_words("lead", "Ada", "Ben", "Ada"), handover_words("scribe", "", "Cleo", "Ben")
    ('Ada handed the role lead over to Ben', 'Cleo took the role scribe, which nobody had, said by Ben')
    """
    took = f"{has} took the role {role}, which nobody had"
    told = f"{had} handed the role {role} over to {has}" if had else took
    return told if by in (had, has) else f"{told}, said by {by}"


def coarse_span(seconds: float) -> str:
    """In the largest unit that fits, less than a whole one of it left out; empty under a minute.

    >>> coarse_span(7300), coarse_span(30)
    ('2 h', '')
    """
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{int(seconds // unit)} {name}"
    return ""


def listed(items: list[str], most: int = 3) -> str:
    """Items in one line: `a; b; c; and 2 more`."""
    shown = items[:most] + ([f"and {len(items) - most} more"] if len(items) > most else [])
    return "; ".join(shown)


def sentence(text: str) -> str:
    """The text with its first letter large and a full stop."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")


def waiver_words(criterion: CriterionReport) -> str:
    """What excuses a criterion, or excused it; empty where nothing was needed."""
    waiver = criterion.waiver
    if waiver is None or waiver.state == "not_needed":
        return ""
    kind = (
        "Waived, not proven" if waiver.state == "holds" else "Its waiver has ended, and it counts as unproven"
    )
    return f"{kind}: {criterion.title} – {waiver.reason} (owner {waiver.owner}, until {waiver.until})"


def size_words(size_bytes: float) -> str:
    """Decimal, as disks are sold.

    >>> size_words(214e9), size_words(169_424), size_words(12)
    ('214 GB', '169 kB', '12 bytes')
    """
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size_bytes >= unit:
            return f"{size_bytes / unit:.3g} {name}"
    return f"{size_bytes:.0f} bytes"


def size_told(text: str) -> str:
    """Of an output that should be a number of bytes; empty where it is none.

    >>> size_told("214000000000"), size_told("214 GB"), size_told("0"), size_told("9" * 5000)
    ('214 GB', '', '', '')
    """
    known = text.isdecimal() and len(text) <= 18 and int(text) > 0
    return size_words(int(text)) if known else ""


def against(low_s: float, high_s: float, objective_s: float | None) -> str:
    """An interval against an objective: `would meet`, `may miss`, `would miss`; empty without one."""
    if objective_s is None:
        return ""
    if low_s > objective_s:
        return "would miss"
    return "may miss" if high_s > objective_s else "would meet"
