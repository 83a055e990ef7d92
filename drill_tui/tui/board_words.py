"""What the board of a fleet says of each database, in as many cells as there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from textual.content import Content

from drill_tui.fleet.board import BoardRow, Doing
from drill_tui.fleet.overview import MARKS, STATES
from drill_tui.fleet.standing import State
from drill_tui.sinks.words import counted, flat
from drill_tui.tui.looks import RUNNING, WAITING, Look, Tone
from drill_tui.tui.spark import rto_columns
from drill_tui.tui.wording import ahead, day, stopwatch
from drill_tui.tui.words import Part, fit, line, lines, muted, shown, spread, tinted
from drill_tui.verdict.wording import coarse_span

_TONES: Final[dict[State, Tone]] = {
    "proven": Tone.GOOD,
    "due": Tone.WARN,
    "overdue": Tone.BAD,
    "failing": Tone.BAD,
    "unknown": Tone.WARN,
}
LOOKS: Final = {state: Look(MARKS[state], state, _TONES[state]) for state in STATES}
TITLES: Final = ("Database", "State", "Owner", "Proven", "Next", "RTO", "Now", "Why")
_RTO: Final = TITLES.index("RTO")
_NAME_CELLS, _NOW_CELLS, _WHY_CELLS = (8, 32), (12, 40), 24
"""The least and the most; what is left over goes to what is done now, then to why."""


@dataclass(frozen=True, slots=True)
class QueueNews:
    """What the queue says; `problem` is why it says nothing."""

    waiting: frozenset[str] = field(default_factory=frozenset)
    problem: str = ""


def widths_for(width: int, rows: Sequence[BoardRow]) -> tuple[int, ...]:
    """Cells of each column of `TITLES`, in a table of so many, one between two; 0 leaves a column out."""
    wide, roomy = width >= 110, width >= 160
    fixed = (9, 12 if wide else 8, 6, 8 if wide else 7, 16 if wide else 8)
    longest = max((len(row.name) for row in rows), default=0)
    name = min(max(_NAME_CELLS[0], longest), _NAME_CELLS[1] if wide else 15)
    rest = width - name - sum(fixed) - len(fixed) - 1
    doing = min(rest, _NOW_CELLS[1]) if roomy else rest
    why = rest - doing - 1
    return (name, *fixed, max(_NOW_CELLS[0], doing), why if why >= _WHY_CELLS else 0)


def cells(row: BoardRow, news: QueueNews, now: float, widths: Sequence[int], *, plain: bool) -> list[Content]:
    """One for each column that is shown."""
    standing = row.standing
    proof = standing.proof
    age = "never" if proof is None else coarse_span(now - proof.at) or "now"
    following = "–" if standing.state == "unknown" else ahead(standing.next_at - now)
    told = (
        Content(row.name),
        shown(LOOKS[standing.state]),
        muted(flat(row.owner)),
        tinted(age, Tone.PLAIN if proof else Tone.WARN),
        Content(following),
        rto_columns(standing.shelf.drills, widths[_RTO], plain=plain) or muted("–"),
        _now_words(row, news, now),
        muted(flat(standing.why)),
    )
    return [fit(words, width) for words, width in zip(told, widths, strict=True) if width]


def _now_words(row: BoardRow, news: QueueNews, now: float) -> Content:
    if row.doing is not None:
        return _doing_words(row.doing, now)
    return shown(WAITING) if row.name in news.waiting else Content("")


def _doing_words(doing: Doing, now: float) -> Content:
    """The clock first: it is never cut off."""
    clock = tinted(f"{RUNNING.symbol} {stopwatch(max(0.0, now - doing.since))}", RUNNING.tone)
    step: Part = f" {flat(doing.step)}" if doing.step else ""
    return line(clock, muted(f" {flat(doing.host)}"), step)


def head_words(
    fleet: str, rows: Sequence[BoardRow], matching: int, wanted: str, news: QueueNews, width: int
) -> Content:
    """Whose board it is; how many are in which state; how many of them have what was `wanted`."""
    states = [row.standing.state for row in rows]
    proven = f"{states.count('proven')} of {counted(len(rows), 'database')} proven"
    counts = [
        tinted(f"{MARKS[state]} {states.count(state)} {state}", LOOKS[state].tone)
        for state in reversed(STATES)
        if state != "proven" and state in states
    ]
    running = sum(row.doing is not None for row in rows)
    if running:
        counts.append(tinted(f"{RUNNING.symbol} {running} running", RUNNING.tone))
    if news.waiting:
        counts.append(tinted(f"{WAITING.symbol} {len(news.waiting)} waiting", WAITING.tone))
    first = spread(line(("Fleet ", "bold $text-primary"), muted(fleet)), line("  ", (proven, "bold")), width)
    told = Content("  ").join(counts or [tinted("✓ nothing is due", Tone.GOOD)])
    if wanted.strip():
        told = spread(told, muted(f"  {matching} have: {wanted.strip()}"), width)
    return lines(first, fit(told, width))


def foot_words(row: BoardRow | None, news: QueueNews, width: int) -> Content:
    """Why the chosen database is where it is; and what the queue says, where it says nothing."""
    rows = []
    if row is not None:
        standing = row.standing
        facts = [flat(standing.why)]
        facts += [f"service {standing.database.service}", f"runbook {standing.database.runbook}"]
        if standing.proof is not None:
            facts.append(f"proven {day(standing.proof.at)}")
        facts += [flat(reason) for reason in (*standing.freezes, *standing.problems)]
        rows.append(line((row.name, "bold"), ": ", " · ".join(facts)))
    if news.problem:
        rows.append(tinted(flat(news.problem), Tone.WARN))
    return lines(*(fit(words, width) for words in rows))


def matches(row: BoardRow, news: QueueNews, wanted: str) -> bool:
    """Whether every word that was typed is in what the board says of it."""
    said = [row.name, row.owner, row.standing.state, row.standing.database.service]
    if row.doing is not None:
        said += ["running", row.doing.host, row.doing.step]
    if row.name in news.waiting:
        said.append("waiting")
    text = " ".join(said).casefold()
    return all(word in text for word in wanted.casefold().split())
