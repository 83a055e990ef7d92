"""The steps of a drill with state, time, budget and splits."""

from __future__ import annotations

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from drill_tui.engine.record.events import Phase
from drill_tui.tui import looks
from drill_tui.tui.looks import Look, Tone
from drill_tui.tui.watched import WatchedDrill
from drill_tui.tui.wording import difference, stopwatch
from drill_tui.tui.words import fit, line, lines, muted, right, spread, tinted
from drill_tui.verdict.laps import Laps
from drill_tui.verdict.state import Activity, StepState

_WORD_WIDTH = 7
_WIDE_ENOUGH_FOR_SPLITS = 50
_BUSY = {
    Activity.PENDING: looks.PENDING,
    Activity.STARTED: looks.RUNNING,
    Activity.RUNNING: looks.RUNNING,
    Activity.WAITING: looks.WAITING,
    Activity.DECIDING: looks.FAILED,
    Activity.RETRYING: Look("↻", "retry", Tone.WARN),
}


def look_of(step: StepState) -> Look:
    """Symbol, word and colour of a step as it is now."""
    if step.ended:
        return looks.of_step(step.ended.outcome, step.ended.result)
    return _BUSY.get(step.activity, looks.PENDING)


def time_tone(step: StepState, now: float) -> Tone:
    """Amber at 80 % of the step's budget, red past it."""
    if step.over_budget(now):
        return Tone.BAD
    return Tone.WARN if step.near_budget(now) else Tone.PLAIN


class StepList(Widget):
    """Rows of one line, or of two where there is room.  A click chooses the step to look at."""

    class Chosen(Message):
        """Somebody wants to look at this step."""

        def __init__(self, step: str) -> None:
            super().__init__()
            self.step = step

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._drill = WatchedDrill()
        self._laps = Laps()
        self._now = 0.0
        self._chosen: str | None = None
        self._rows: list[str | None] = []
        """The step of each drawn line."""
        self._drawn = Content("")

    def show(self, drill: WatchedDrill, laps: Laps, chosen: str | None, now: float) -> None:
        moved = chosen != self._chosen
        lines_before = len(self._rows)
        self._drill, self._laps, self._chosen, self._now = drill, laps, chosen, now
        self._rows = self._lay_out()
        drawn = self._draw_rows()
        if not drawn.is_same(self._drawn):
            self._drawn = drawn
            self.refresh(layout=len(self._rows) != lines_before)
        if moved:
            self.call_after_refresh(self._reveal)

    def shown_steps(self) -> list[StepState]:
        """The steps that take place, in the order drawn."""
        return [s for s in self._drill.state.steps.values() if s.takes_place or s.started_at is not None]

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        self._rows = self._lay_out()
        return len(self._rows)

    def render(self) -> RenderResult:
        self._rows = self._lay_out()
        return self._draw_rows()

    def _draw_rows(self) -> Content:
        drawn: list[Content] = []
        two = self._two_lines
        for place, step_id in enumerate(self._rows):
            if step_id is None:
                drawn.append(self._rule())
            elif place == 0 or self._rows[place - 1] != step_id:
                step = self._drill.state.steps[step_id]
                drawn.extend(self._draw(step, two and step.phase is Phase.STEPS))
        return lines(*drawn)

    def on_resize(self) -> None:
        self.refresh(layout=True)

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self._rows) and (step := self._rows[event.y]):
            self.post_message(self.Chosen(step))

    @property
    def _two_lines(self) -> bool:
        room = self.parent.size.height if isinstance(self.parent, Widget) else 0
        steps = self.shown_steps()
        return room > len(steps) + sum(step.phase is Phase.STEPS for step in steps)

    def _lay_out(self) -> list[str | None]:
        rows: list[str | None] = []
        two = self._two_lines
        for step in self.shown_steps():
            if step.phase is Phase.CLEANUP and None not in rows:
                rows.append(None)
            rows.extend([step.id] * (2 if two and step.phase is Phase.STEPS else 1))
        return rows

    def _rule(self) -> Content:
        width = self.size.width
        return muted(f"─ cleanup {'─' * max(0, width - 10)}")

    def _draw(self, step: StepState, two: bool) -> list[Content]:
        width = self.size.width
        look = look_of(step)
        chosen = step.id == self._chosen
        style = "bold" if chosen or step.id == self._drill.state.current else ""
        title = line(tinted(f"{look.symbol} ", look.tone, "bold"), Content.styled(step.title, style))
        if step.activity is Activity.PENDING:
            title = line(muted(f"{look.symbol} "), muted(step.title))
        if two:
            rows = [fit(title, width), fit(line("  ", self._facts(step, look, wide=True)), width)]
        else:
            rows = [
                spread(title, line(" ", self._facts(step, look, width >= _WIDE_ENOUGH_FOR_SPLITS)), width)
            ]
        return [row.stylize("on $block-cursor-background") for row in rows] if chosen else rows

    def _facts(self, step: StepState, look: Look, wide: bool) -> Content:
        if step.activity is Activity.PENDING:
            return muted(f"budget {stopwatch(step.budget_s)}" if wide and step.budget_s else "")
        word = tinted(look.word.ljust(_WORD_WIDTH), look.tone)
        elapsed = step.working_s(self._now)
        time = right(tinted(stopwatch(elapsed), time_tone(step, self._now)), 5)
        if not wide:
            return line(word, " ", time)
        budget = muted(f" / {stopwatch(step.budget_s)}") if step.budget_s else Content("")
        told = line(word, " ", line(time, budget))
        splits = self._splits(step, elapsed)
        room = self.size.width - 2 - 22
        return line(fit(told, 22), *(splits if len(splits) * 11 <= room else splits[: max(0, room // 11)]))

    def _splits(self, step: StepState, elapsed: float) -> list[Content]:
        """Against the best and the last drill; a step that still runs shows them once it is slower."""
        parts: list[Content] = []
        for name, lap in (
            ("best", self._laps.against_best(step.id, elapsed)),
            ("last", self._laps.against_last(step.id, elapsed)),
        ):
            if lap is None or (not step.ended and lap < 0):
                continue
            tone = Tone.GOOD if lap <= -1 else Tone.WARN if lap >= 1 else Tone.MUTED
            parts.append(line(muted(f" {name} "), tinted(difference(lap), tone)))
        return parts

    def _reveal(self) -> None:
        if self._chosen in self._rows and isinstance(self.parent, Widget):
            top = self._rows.index(self._chosen)
            self.parent.scroll_to_region(Region(0, top, self.size.width, 2), animate=False)
