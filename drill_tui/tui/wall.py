"""What the wall shows of a drill: few things, each as large as there is room."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual.content import Content

from drill_tui.engine.record.events import Finding, Phase
from drill_tui.tui import looks
from drill_tui.tui.big_letters import big, headline
from drill_tui.tui.called import Called
from drill_tui.tui.looks import Tone
from drill_tui.tui.result_words import why_words
from drill_tui.tui.seat import Seat
from drill_tui.tui.watched import WatchedDrill
from drill_tui.tui.widgets.masthead import StopwatchView, drill_look, stopwatch_of
from drill_tui.tui.widgets.step_card import place_of, progress_line, step_now, whose_step
from drill_tui.tui.widgets.step_list import look_of
from drill_tui.tui.wording import stopwatch
from drill_tui.tui.words import bar, fit, line, lines, muted, shown, spread, tinted
from drill_tui.verdict.report import Report
from drill_tui.verdict.state import Activity, DrillState, StepState

_LETTERS = 5
"""Rows of the smallest letters that are drawn of whole cells."""
_HALF_LETTERS = 3
LOW = 20
"""Below so many rows nothing is drawn large but the stopwatch."""
_OF_THE_CLOCK = 0.32
_BESIDE = 26
"""Cells beside the stopwatch, for its name and its objective."""
_NARROW = 60
"""Where nothing stands beside the stopwatch, and only what is needed in the head."""
_GAP = 3
_CALL_ROWS = 4


@dataclass(frozen=True, slots=True)
class Room:
    """Cells for one part of the wall; `plain` where only ASCII is drawn."""

    width: int
    rows: int
    plain: bool = False

    def letters(self, text: str, width: int, rows: int) -> tuple[str, ...]:
        return headline(text, width, rows, halves=not self.plain)


@dataclass(frozen=True, slots=True)
class Parts:
    """How many rows each part of the wall has."""

    clock: int
    step: int
    call: int


def parts(height: int, calls: bool) -> Parts:
    """Of the rows between the head and the two lines at the foot; from `LOW` on, with empty ones between.

    Who is needed gets half of what the clock leaves.
    """
    if height < LOW:
        clock = _HALF_LETTERS if height >= LOW - _LETTERS else 1
        call = 2 if calls else 0
        return Parts(clock, max(1, height - clock - call), call)
    clock = _LETTERS * max(1, int(_OF_THE_CLOCK * height) // _LETTERS) + 2
    rest = height - clock - 2
    if not calls:
        return Parts(clock, rest - 1, 1)
    call = max(_CALL_ROWS, rest // 2)
    return Parts(clock, rest - call - 1, call)


def head_words(seat: Seat, now: float, width: int) -> Content:
    state, started = seat.drill.state, seat.drill.state.started
    title = started.runbook_title if started else "The drill begins"
    facts = (str(started.mode) if started else "", state.target.get("kind", ""))
    told = line((title, "bold $text-primary"), muted("".join(f" · {fact}" for fact in facts if fact)))
    look = drill_look(seat)
    in_all = muted(f"  {stopwatch(state.elapsed_s(now))} in all" if width >= _NARROW else "")
    return spread(told, line("  ", shown(look), in_all), width)


def clock_words(state: DrillState, now: float, room: Room) -> Content:
    """The stopwatch with its objective beside it, and how much of that is gone."""
    clock = stopwatch_of(state, now)
    time, share = stopwatch(clock.span.wall_s), _share(clock)
    narrow = room.width < _NARROW
    digits = big(time, room.width - (0 if narrow else _BESIDE + _GAP), room.rows, halves=not room.plain)
    objective = f" of {stopwatch(clock.span.objective_s)}" if clock.span.objective_s else ""
    if not digits:
        row = line((f"{clock.name} ", "bold"), tinted(time, clock.tone, "bold"), muted(objective))
        return fit(row, room.width)
    width = max(map(len, digits))
    beside = replace(room, width=max(0, room.width - width - _GAP), rows=len(digits))
    at_right = [] if narrow else _beside(clock, beside)
    at_right += [Content("")] * (len(digits) - len(at_right))
    rows = [
        line(tinted(row.ljust(width + _GAP), clock.tone, "bold"), words)
        for row, words in zip(digits, at_right, strict=False)
    ]
    if share is None or room.rows < len(digits) + 2:
        return lines(*rows)
    gauge = line(bar(share, room.width - 5, clock.tone), tinted(f" {share:4.0%}", clock.tone, "bold"))
    named = fit(line((clock.name, "bold"), muted(objective)), room.width) if narrow else ""
    return lines(*rows, named, gauge)


def _share(clock: StopwatchView) -> float | None:
    return clock.span.wall_s / clock.span.objective_s if clock.span.objective_s else None


def _beside(clock: StopwatchView, room: Room) -> list[Content]:
    """From the top: the clock's name, the objective (large where there is room), whose time it was."""
    span = clock.span
    apart = [f"machine {stopwatch(span.machine_s)}", f"human {stopwatch(span.human_s)}"]
    apart += [f"down {stopwatch(span.down_s)}"] if span.down_s >= 1 else []
    rows = [Content.styled(clock.name, "bold")]
    if span.objective_s:
        objective = stopwatch(span.objective_s)
        drawn = big(objective, room.width, _LETTERS, halves=False) if room.rows > 2 * _LETTERS else ()
        if drawn:
            rows = [line((clock.name, "bold"), muted(" objective")), Content("")]
            rows += [*(muted(row) for row in drawn), Content("")]
        else:
            rows.append(line(muted("objective "), (objective, "bold")))
    rows += [muted(words) for words in apart]
    return [fit(row, room.width) for row in rows[: room.rows]]


def step_words(drill: WatchedDrill, step_id: str | None, now: float, room: Room) -> Content:
    """The number of the step and its title large, whose it is, how far it is."""
    step = drill.state.steps.get(step_id or "")
    if step is None:
        return muted("No step yet.")
    place, of = place_of(drill.state, step)
    part = "Cleanup " if step.phase is Phase.CLEANUP else ""
    number = big(f"{place}/{of}", room.width // 3, min(room.rows, 2 * _LETTERS), halves=not room.plain)
    if not number:
        facts, title = _title(
            f"{place}/{of} {part}{step.title}", room, room.width, _below(drill, step, now, room)
        )
        return lines(*(fit(row, room.width) for row in [*title, *facts][: room.rows]))
    indent = max(map(len, number)) + _GAP * (len(number) // _LETTERS or 1)
    facts, title = _title(f"{part}{step.title}", room, room.width - indent, _below(drill, step, now, room))
    if room.rows >= max(len(number), len(title)) + len(facts):
        return lines(_side_by_side(number, title, indent), *(fit(row, room.width) for row in facts))
    beside = [fit(row, room.width - indent) for row in (*title, *facts)]
    return _side_by_side(number, beside[: room.rows], indent)


def _title(
    text: str, room: Room, width: int, below: list[list[Content]]
) -> tuple[list[Content], list[Content]]:
    """The title as large as it can be, with as much below it as that leaves room for, in this order."""
    for facts in below:
        if drawn := room.letters(text, width, room.rows - len(facts)):
            return facts, [Content.styled(row, "bold") for row in drawn]
    facts = next((facts for facts in below if len(facts) + _LETTERS <= room.rows), below[-1])
    wrapped = _wrapped(text, width)[: max(1, room.rows - len(facts))]
    return facts, [Content.styled(row, "bold") for row in wrapped]


def _wrapped(text: str, width: int) -> list[str]:
    """In rows of at most so many cells; letters of two cells are all taken to be so."""
    return textwrap.wrap(text, width if cell_len(text) == len(text) else width // 2) or [text]


def _below(drill: WatchedDrill, step: StepState, now: float, room: Room) -> list[list[Content]]:
    """What may stand below the title, the most first."""
    facts, empty = _facts(drill, step, now, room), Content("")
    return [[empty, *facts, empty, _every_step(drill.state)], [empty, *facts], facts]


def _side_by_side(number: tuple[str, ...], words: list[Content], indent: int) -> Content:
    height = max(len(number), len(words))
    left = [*number, *[""] * (height - len(number))]
    at_right = [*words, *[Content("")] * (height - len(words))]
    pairs = zip(left, at_right, strict=True)
    return lines(*(line(tinted(row.ljust(indent), Tone.ACTIVE, "bold"), words) for row, words in pairs))


def _facts(drill: WatchedDrill, step: StepState, now: float, room: Room) -> list[Content]:
    """Its state and whose it is; how far it is."""
    whose = whose_step(drill.state, step)
    row = step_now(step, now)
    facts = [line(row, (f"  {whose}" if whose else "", "bold $text-accent"))]
    progress = drill.progress.get(step.id)
    if progress and step.activity is Activity.RUNNING:
        facts.append(progress_line(progress, room.width * 2 // 3))
    return facts


def _every_step(state: DrillState) -> Content:
    """One sign for each."""
    within = (step for step in state.steps.values() if step.takes_place or step.started_at is not None)
    steps = [step for step in within if step.phase is Phase.STEPS]
    return Content(" ").join([shown(look_of(step), with_word=False) for step in steps])


def call_words(call: Called | None, now: float, room: Room) -> Content:
    """Who is needed, large; for what; who that is by name."""
    if call is None:
        return muted("Nobody is needed now.") if room.rows else Content("")
    since = f"  since {stopwatch(max(0.0, now - call.since))}" if call.since is not None else ""
    told = (call.what, ", ".join(call.people))
    what = [row for words in told if words for row in _wrapped(words, room.width)]
    drawn = room.letters(call.who, room.width, room.rows - len(what) - 1)
    if room.rows < _CALL_ROWS:
        rows = [spread(Content(call.who), Content(since), room.width), Content(what[0])]
    elif drawn:
        head = spread(Content(call.head), Content(since), room.width)
        gap = [Content("")] if room.rows > len(drawn) + len(what) + 1 else []
        rows = [head, *map(Content, drawn), *gap, *map(Content, what)]
    else:
        who = f"{call.head}: {call.who}" if call.head else call.who
        rows = [Content(""), spread(Content(who), Content(since), room.width), *map(Content, what)]
    return lines(*(fit(row, room.width) for row in rows[: max(1, room.rows)]))


def ended_words(report: Report, room: Room) -> Content:
    """The verdict as large as there is room, why, and what is not proven."""
    look = looks.of_verdict(report.verdict)
    open_ones = [c.title for c in report.criteria if c.required and c.result is not Finding.MET]
    counted = sum(c.result is Finding.MET for c in report.criteria)
    facts: list[Content] = [why_words(report)]
    if report.criteria:
        facts.append(muted(f"{counted} of {len(report.criteria)} criteria met"))
    if open_ones:
        told = _wrapped(f"Not proven: {'; '.join(open_ones)}", room.width)
        facts += [tinted(row, look.tone) for row in told]
    letters = room.letters(look.word, room.width, max(0, room.rows - len(facts) - 1))
    head = (*letters, "") if letters else (f"{look.symbol} {look.word}",)
    rows = [*(tinted(row, look.tone, "bold") for row in head), *facts]
    return lines(*(fit(row, room.width) for row in rows[: room.rows]))
