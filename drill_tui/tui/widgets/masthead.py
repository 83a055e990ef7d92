"""The top of the drill screen: what is drilled, and the big stopwatch with its objective."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Digits

from drill_tui.engine.record.events import Result
from drill_tui.runbook.mode import COUNT
from drill_tui.tui import looks
from drill_tui.tui.looks import Look, Tone
from drill_tui.tui.seat import Seat
from drill_tui.tui.widgets.steady import SteadyText
from drill_tui.tui.wording import stopwatch
from drill_tui.tui.words import bar, fit, line, lines, muted, shown, spread, tinted
from drill_tui.verdict.spans import Span, split_time
from drill_tui.verdict.state import Activity, DrillState, SpanState

_BAR_WIDTH = 12
_TONE_CLASSES = [f"-tone-{tone}" for tone in Tone]


@dataclass(frozen=True, slots=True)
class StopwatchView:
    """The clock that the drill is judged by."""

    name: str
    span: SpanState

    @property
    def tone(self) -> Tone:
        return looks.of_clock(self.span.wall_s, self.span.objective_s) if self.span.began else Tone.MUTED


def stopwatch_of(state: DrillState, now: float) -> StopwatchView:
    """The clock of the `rto` criterion, else of the first measured one, else the time since the start."""
    measured = [key for key, c in state.runbook.criteria.items() if c.measure] if state.runbook else []
    if measured:
        key = "rto" if "rto" in measured else measured[0]
        return StopwatchView(key.upper(), state.clock(key, now))
    if state.started_at is None:
        return StopwatchView("TIME", SpanState())
    within = Span(state.started_at, state.started_at + state.elapsed_s(now))
    span = split_time(within, state.human_spans(now), state.downs, None, ended=state.over)
    return StopwatchView("TIME", span)


def drill_look(seat: Seat) -> Look:
    """What the drill as a whole is doing, as far as it is known here."""
    if seat.lost:
        return Look("✗", "disconnected", Tone.BAD)
    state = seat.drill.state
    if state.ended:
        failed = any(step.result in (Result.FAIL, Result.ERROR) for step in state.steps.values())
        return Look("■", "over", Tone.BAD if failed else Tone.MUTED)
    if state.cleanup:
        return Look("▶", "cleaning up", Tone.WARN)
    if state.abort:
        return Look("×", "stopping", Tone.WARN)
    if state.pause:
        return looks.PAUSED
    current = state.steps.get(state.current or "")
    if state.gate or (current and current.activity is Activity.DECIDING):
        return Look("◆", "waiting for people", Tone.ACTIVE)
    return looks.RUNNING if state.started else Look("·", "starting", Tone.MUTED)


class Masthead(Horizontal):
    """Four lines with big digits where there is room, two lines otherwise."""

    def compose(self) -> ComposeResult:
        yield SteadyText(id="masthead-words")
        yield Digits("0:00", id="masthead-digits")
        yield SteadyText(id="masthead-clock")

    def show(self, seat: Seat, now: float, big: bool) -> None:
        clock = stopwatch_of(seat.drill.state, now)
        words = self.query_one("#masthead-words", SteadyText)
        told, at_right = _words(seat, now, big), self.query_one("#masthead-clock", SteadyText)
        at_right.display = big
        if big:
            words.say(lines(*(fit(row, max(20, words.size.width)) for row in told)))
            at_right.say(_clock_words(clock))
        else:
            width = max(40, self.size.width)
            pairs = zip(told, _clock_in_two_lines(clock), strict=True)
            words.say(lines(*(spread(row, line("  ", watch), width) for row, watch in pairs)))
        digits = self.query_one("#masthead-digits", Digits)
        digits.display = big
        if big:
            digits.update(stopwatch(clock.span.wall_s))
            if not digits.has_class(f"-tone-{clock.tone}"):
                digits.remove_class(*_TONE_CLASSES)
                digits.add_class(f"-tone-{clock.tone}")


def _words(seat: Seat, now: float, big: bool) -> list[Content]:
    state, started = seat.drill.state, seat.drill.state.started
    mode = str(started.mode) if started else ""
    mode_tone = Tone.MUTED if not started or started.mode in COUNT else Tone.WARN
    target = _target_words(state.target)
    source = "demo database" if state.is_demo else state.source.get("dbname", "")
    title = started.runbook_title if started else "Starting the drill"
    doing = line(shown(drill_look(seat)), muted(f"  {stopwatch(state.elapsed_s(now))} in all"))
    if not seat.drill.live:
        doing = line(tinted("read-only  ", Tone.ACTIVE), doing)
    head = line((title, "bold $text-primary"), muted(" · "), tinted(mode, mode_tone))
    facts = muted(_joined([target, source]))
    if not big:
        return [head, line(doing, facts)]
    named = ", ".join(
        f"{name} ({', '.join(roles) or 'no role'})" for name, roles in state.participants.items()
    )
    return [line(head, facts), doing, muted(named)]


def _target_words(target: dict[str, str]) -> str:
    return " ".join(filter(None, (target.get("kind", ""), target.get("server_version", ""))))


def _joined(facts: list[str]) -> str:
    return "".join(f" · {fact}" for fact in facts if fact)


def _clock_words(clock: StopwatchView) -> Content:
    """Beside the big digits."""
    objective_s = clock.span.objective_s
    objective = muted(f" objective {stopwatch(objective_s)}") if objective_s else ""
    return lines(line((clock.name, "bold"), objective, _down(clock.span)), _meter(clock), _split(clock.span))


def _clock_in_two_lines(clock: StopwatchView) -> tuple[Content, Content]:
    span = clock.span
    watch = tinted(f"{clock.name} {stopwatch(span.wall_s)}", clock.tone, "bold")
    objective = muted(f" / {stopwatch(span.objective_s)}") if span.objective_s else ""
    return line(watch, objective, " ", _meter(clock)), line(_split(span), _down(span))


def _meter(clock: StopwatchView) -> Content:
    if not clock.span.objective_s:
        return Content("")
    share = clock.span.wall_s / clock.span.objective_s
    return line(bar(share, _BAR_WIDTH, clock.tone), tinted(f" {share:4.0%}", clock.tone))


def _split(span: SpanState) -> Content:
    return muted(f"machine {stopwatch(span.machine_s)} · human {stopwatch(span.human_s)}")


def _down(span: SpanState) -> Content:
    return muted(f" · down {stopwatch(span.down_s)}" if span.down_s >= 1 else "")
