"""A runbook in words: its entry on the home screen, and its details."""

from __future__ import annotations

import os
from collections.abc import Sequence

from textual.content import Content

from drill_tui.programme.due import Duty, RunbookDue
from drill_tui.programme.shelf import PastDrill, Shelf
from drill_tui.runbook.model import Criterion, Runbook
from drill_tui.tui import looks
from drill_tui.tui.agenda import NextDrill, RunbookEntry
from drill_tui.tui.forecast_words import forecast_words
from drill_tui.tui.looks import Look, Tone
from drill_tui.tui.spark import rto_line
from drill_tui.tui.wording import ahead, day, span, stopwatch
from drill_tui.tui.words import line, lines, muted, prose, shown, tinted
from drill_tui.tui.year_words import year_line, year_table
from drill_tui.verdict.wording import ago, size_words

_DUTY_LOOKS = {
    "satisfied": Look("✓", "done", Tone.GOOD),
    "due": Look("!", "due", Tone.WARN),
    "overdue": Look("✗", "overdue", Tone.BAD),
}


_LABEL = 6
"""Cells of the word in front of a line."""


def entry(shown_entry: RunbookEntry, shelf: Shelf, now: float, room: int, *, plain: bool = False) -> Content:
    """Title and objectives, proof, times, forecast, year, when the next is due; a blank line.

    What no drill has told yet has no line.  `room` is in cells; `plain` draws columns with ASCII alone.
    """
    book, due = shown_entry.book, shown_entry.due
    if book.loaded is None:
        problem = book.problem.splitlines()[0] if book.problem else "cannot be read"
        return lines(
            line((book.path.name, "bold"), "  ", tinted("✗ not valid", Tone.BAD)), muted(problem), "", ""
        )
    runbook = book.loaded.runbook
    if not runbook.is_for_drills:
        return lines(
            Content.styled(runbook.title, "bold"),
            muted(f"{len(runbook.steps)} steps"),
            tinted("for the day itself: no drill", Tone.WARN),
            *needs_words(shown_entry),
            "",
        )
    drills = shelf.of(runbook.id)
    foretold = forecast_words(drills, os.environ)
    times = rto_line(drills, room - _LABEL, plain=plain)
    year = shown_entry.year
    return lines(
        Content.styled(runbook.title, "bold"),
        muted(" · ".join(objectives(runbook)) or f"{len(runbook.steps)} steps"),
        *_standing(drills, shown_entry.proof, now, room - _LABEL),
        *([line("rto   ", times)] if times else []),
        *([foretold] if foretold else []),
        *([line("year  ", year_line(year, room - _LABEL))] if year else []),
        line("due   ", due_words(due, shown_entry.following, now) if due else ""),
        *needs_words(shown_entry),
        "",
    )


def needs_words(shown_entry: RunbookEntry) -> list[Content]:
    needs = ", ".join(thing.what for thing in shown_entry.lacking)
    return [line("needs ", tinted(needs, Tone.WARN))] if needs else []


def objectives(runbook: Runbook) -> list[str]:
    """What the runbook's criteria set a limit to: `RTO ≤ 30m`."""
    return [
        f"{key.upper()} ≤ {criterion.max}"
        for key, criterion in runbook.criteria.items()
        if _has_limit(criterion)
    ]


def _has_limit(criterion: Criterion) -> bool:
    return criterion.max is not None and (criterion.measure is not None or criterion.value is not None)


def _standing(drills: Sequence[PastDrill], proof: PastDrill | None, now: float, room: int) -> list[Content]:
    """What is proven; and the last drill, where it is not the one that proves it."""
    last = next((drill for drill in reversed(drills) if drill.counts), None)
    if last is None:
        return [line("last  ", muted("never drilled yet"))]
    if last is proof:
        return [line("last  ", proof_words(proof, now, room))]
    if proof is not None:
        proven = proof_words(proof, now, room)
    elif any(drill.passed for drill in drills):
        proven = tinted("✗ of another database only", Tone.BAD)
    else:
        proven = tinted("✗ none yet", Tone.BAD)
    return [line("last  ", last_words(last, now)), line("proof ", proven)]


def proof_words(proof: PastDrill, now: float, room: int) -> Content:
    """`✓ proven 3 d ago, 214 GB, 12 min, guided`, as much of it as there is room for."""
    head = f"✓ proven{' of the demo' if proof.demo else ''}"
    words = f" {ago(now - proof.at)}"
    size = size_words(proof.size_bytes) if proof.size_bytes else ""
    took = span(proof.rto_wall_s) if proof.rto_wall_s is not None else ""
    for fact in filter(None, (size, took, proof.mode)):
        if len(head) + len(words) + len(fact) + 2 > room:
            break
        words += f", {fact}"
    return line(tinted(head, Tone.GOOD), muted(words))


def last_words(last: PastDrill, now: float) -> Content:
    rto = f"  RTO {stopwatch(last.rto_wall_s)}" if last.rto_wall_s is not None else ""
    return line(shown(looks.of_verdict(last.verdict)), muted(f"{rto}  {ago(now - last.at)}, {last.mode}"))


def due_words(due: RunbookDue, following: NextDrill | None, now: float) -> Content:
    """What is due now, else when the next drill is; only a passed drill that counts satisfies a duty."""
    pressing = [_together(due, state) for state in ("overdue", "due")]
    if any(words.plain for words in pressing):
        return Content("  ").join([words for words in pressing if words.plain])
    if following is None:
        return muted("no cadence in the runbook" if not due.duties else "nothing now")
    date = day(following.at).partition(" ")[0]
    return line(
        tinted("✓ nothing now", Tone.GOOD),
        muted(f"  next {following.mode} drill {ahead(following.at - now)}, by {date}"),
    )


def _together(due: RunbookDue, state: str) -> Content:
    """The duties of one state in a breath: `! auto, guided, after change due`."""
    kinds = [duty.kind.replace("_", " ") for duty in due.duties if duty.state == state]
    look = _DUTY_LOOKS[state]
    return tinted(f"{look.symbol} {', '.join(kinds)} {look.word}", look.tone) if kinds else Content("")


def _duty_words(duty: Duty) -> Content:
    look = _DUTY_LOOKS[duty.state]
    return tinted(f"{look.symbol} {duty.kind.replace('_', ' ')} {look.word}", look.tone)


def details(chosen: RunbookEntry, shelf: Shelf, width: int) -> Content:
    """Everything that a facilitator wants to know before choosing it.  `width` is in cells."""
    book, due = chosen.book, chosen.due
    if book.loaded is None:
        return lines(
            tinted("This runbook cannot be drilled.", Tone.BAD, "bold"), "", *book.problem.splitlines()
        )
    runbook = book.loaded.runbook
    rows: list[Content | str] = [line((runbook.title, "bold $text-primary"), muted(f"  {runbook.id}"))]
    if chosen.lacking:
        rows += ["", tinted("It cannot run here yet", Tone.WARN, "bold")]
        rows += [line("  ", str(thing)) for thing in chosen.lacking]
    rows += ["", *year_table(chosen.year, width)] if chosen.year else []
    rows += ["", prose(runbook.doc), ""] if runbook.doc else [""]
    if due and due.duties:
        rows.append(Content.styled("Due", "bold $text-secondary"))
        rows += [line("  ", _duty_words(duty), muted(f"  {duty.why}")) for duty in due.duties]
        rows.append("")
    rows.append(Content.styled("Proves", "bold $text-secondary"))
    rows += [line(muted("  • "), criterion.title) for criterion in runbook.criteria.values()]
    rows += ["", Content.styled("Steps", "bold $text-secondary")]
    for number, step in enumerate(runbook.steps, 1):
        gate = tinted(f"  ◆ {step.gate.kind}", Tone.ACTIVE) if step.gate else ""
        role = muted(f"  {step.role}") if step.role else ""
        rows.append(line(muted(f"{number:>3} "), step.title, role, gate))
    if runbook.roles:
        rows += ["", Content.styled("People", "bold $text-secondary")]
        rows += [line(muted("  • "), role.title, muted(f"  {role.doc}")) for role in runbook.roles.values()]
    drills = shelf.of(runbook.id)[:-6:-1]
    if drills:
        rows += ["", Content.styled("Last drills", "bold $text-secondary")]
        rows += [
            line("  ", shown(looks.of_verdict(d.verdict)), muted(f"  {day(d.at)}  {d.mode}")) for d in drills
        ]
    return lines(*rows)
