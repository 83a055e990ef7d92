"""What changed since the last drill, in a few lines."""

from __future__ import annotations

from textual.content import Content

from drill_tui.programme.compared import Change, Compared
from drill_tui.tui import looks
from drill_tui.tui.looks import Tone
from drill_tui.tui.wording import day, difference, stopwatch
from drill_tui.tui.words import Part, hanging, line, lines, muted, tinted
from drill_tui.verdict.wording import size_words

_INDENT = 12
_SAME_SIZE = 0.005
_GOOD = {"met": Tone.GOOD, "missed": Tone.BAD, "unproven": Tone.WARN}


def since_last(compared: Compared, width: int) -> Content:
    last = compared.last
    look = looks.of_verdict(last.verdict)
    head = line(
        ("Since the last drill", "bold $text-secondary"),
        muted(f"  {day(last.timestamp.timestamp())}  "),
        tinted(f"{look.symbol} {look.word}", look.tone),
    )
    rows = [*_verdict(compared), *_time(compared), *_size(compared), *_versions(compared, width)]
    rows += [_criterion(change, width) for change in compared.criteria]
    return lines(head, *(rows or [muted("  Nothing that is compared here.")]))


def _verdict(compared: Compared) -> list[Content]:
    before, after = compared.last.verdict, compared.now.verdict
    if before == after:
        return []
    old, new = looks.of_verdict(before), looks.of_verdict(after)
    return [_row("verdict", f"{old.word} → ", tinted(f"{new.symbol} {new.word}", new.tone))]


def _time(compared: Compared) -> list[Content]:
    before, after = compared.last.rto_s, compared.now.rto_s
    if before is None or after is None:
        return []
    slower = after - before
    tone = Tone.GOOD if slower <= -1 else Tone.WARN if slower >= 1 else Tone.MUTED
    told = f"{stopwatch(before)} → {stopwatch(after)}  "
    return [_row("RTO", told, tinted(difference(slower), tone))]


def _size(compared: Compared) -> list[Content]:
    before, after = compared.last.size_bytes, compared.now.size_bytes
    if not before or not after or abs(after - before) < _SAME_SIZE * before:
        return []
    share = after / before - 1
    percent = f"{'−' if share < 0 else '+'}{abs(share):.0%}" if abs(share) < 10 else f"×{after / before:.0f}"
    return [_row("size", f"{size_words(before)} → {size_words(after)}  ", muted(percent))]


def _versions(compared: Compared, width: int) -> list[Content]:
    told = [f"{c.what} {c.before} → {c.after}" if c.after else f"{c.what} changed" for c in compared.versions]
    return [hanging(muted("  versions"), ", ".join(told), _INDENT, width)] if told else []


def _criterion(change: Change, width: int) -> Content:
    told = f"{change.before or 'not asked'} → {change.after or 'not asked'}"
    tone = _GOOD.get(change.after, Tone.MUTED)
    return hanging(tinted(f"  {change.after or '–'}", tone), f"{change.what}: {told}", _INDENT, width)


def _row(name: str, *parts: Part) -> Content:
    return line(muted(f"  {name}".ljust(_INDENT)), *parts)
