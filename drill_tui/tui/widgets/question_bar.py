"""The line that says that the drill waits for people: for whom, for what, and since when."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message

from drill_tui.engine.record.events import GateOpened
from drill_tui.tui.desk import FailureQuestion, GateQuestion, Question
from drill_tui.tui.marks import signed_so_far
from drill_tui.tui.pace import coming_step, held
from drill_tui.tui.seat import Seat
from drill_tui.tui.training import is_training
from drill_tui.tui.widgets.steady import SteadyText
from drill_tui.tui.wording import stopwatch
from drill_tui.tui.words import fit, line, spread
from drill_tui.verdict.state import DrillState

GATE_WORDS = {"confirm": "confirm", "type": "type to confirm", "signoff": "sign off", "note": "fill in"}


class QuestionBar(SteadyText):
    """Seen only while a question is open; a click opens it."""

    class Clicked(Message):
        pass

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked())

    def show(self, seat: Seat, now: float) -> None:
        question, state = seat.desk.question, seat.drill.state
        self.display = bool(seat.lost or question is not None or state.pause is not None or seat.pausing)
        self.set_class(bool(seat.lost) or isinstance(question, FailureQuestion), "-failure")
        width = max(20, self.screen.size.width - 2)
        if seat.lost:
            self.say(fit(line((f"✗ {seat.lost}", "bold")), width))
        elif question is not None:
            self.say(_question_words(seat, question, now, width))
        elif held(state):
            self.say(_pace_words(seat, now, width))
        elif state.pause is not None:
            pause = state.pause
            told = f"‖ Paused by {pause.by}" + (f": {pause.reason}" if pause.reason else "")
            since = Content(f" {stopwatch(now - pause.started_at)}  p goes on")
            self.say(spread(Content.styled(told, "bold"), since, width))
        elif seat.pausing:
            words = Content.styled("‖ Pauses before the next step", "bold")
            self.say(spread(words, Content("p goes on"), width))


def _pace_words(seat: Seat, now: float, width: int) -> Content:
    pause = seat.drill.state.pause
    since = stopwatch(now - pause.started_at) if pause else ""
    if not is_training(seat.drill.state):
        coming = coming_step(seat.drill.state)
        whose = seat.whose_turn(coming)
        who = f"{whose.name} ({whose.role})" if whose.role else whose.name
        text = f"‖ {who} starts: {coming.title if coming else 'cleanup'}"
        enter = "c run through  ⏎ start it" if seat.joined is None else "⏎ start it"
    elif seat.comparing:
        text, enter = "‖ Compare: was it as you expected?", "⏎ next step"
    else:
        text, enter = "‖ Read this step. u guess · t hint", "⏎ start it"
    at_right = line((f" {since}  ", ""), (enter, "bold"))
    return fit(spread(Content.styled(text, "bold"), at_right, width), width)


def _question_words(seat: Seat, question: Question, now: float, width: int) -> Content:
    state = seat.drill.state
    answer = "⏎ answer" if seat.can_answer(question) else "not from this seat"
    since = stopwatch(max(0.0, now - question.asked_at))
    at_right = line((f" since {since}  ", ""), (answer, "bold"))
    if isinstance(question, GateQuestion):
        gate = question.gate
        signed = signed_so_far(seat.desk)
        so_far = f" · {signed} {'typed' if gate.kind == 'type' else 'signed'}" if signed else ""
        kind = GATE_WORDS.get(gate.kind, gate.kind)
        text = f"◆ {kind}{so_far} · needs {needed(gate, state)} · {gate.prompt}"
    elif isinstance(question, FailureQuestion):
        text = f"✗ “{title_of(state, question.failure.step)}” failed · {question.failure.reason}"
    else:
        text = f"◆ “{title_of(state, question.step)}” was cut off half-way · run it again?"
    return fit(spread(Content.styled(text, "bold"), at_right, width), width)


def needed(gate: GateOpened, state: DrillState) -> str:
    """Of whom the gate wants an answer, and of how many."""
    roles = ", ".join(gate.roles)
    if gate.min > 1:
        return f"{gate.min} of {roles}" if roles else f"{gate.min} people"
    step = state.steps.get(gate.step)
    return roles or (step.role if step else None) or "anybody"


def title_of(state: DrillState, step: str) -> str:
    """Of a step; its id where the runbook is not known."""
    return state.steps[step].title if step in state.steps else step
