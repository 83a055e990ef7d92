"""The current step: why, what to watch, the exact command, the expected result, whose turn it is."""

from __future__ import annotations

from textual.content import Content

from drill_tui.engine.record.events import Phase, Progress
from drill_tui.runbook.model import Action, Step
from drill_tui.tui.looks import Tone
from drill_tui.tui.planned import planned_command, without_variables
from drill_tui.tui.throughput_words import throughput_line
from drill_tui.tui.training import is_training
from drill_tui.tui.training_words import good, learned
from drill_tui.tui.watched import WatchedDrill
from drill_tui.tui.widgets.steady import SteadyText
from drill_tui.tui.widgets.step_list import look_of, time_tone
from drill_tui.tui.wording import of_amounts, span, stopwatch
from drill_tui.tui.words import bar, fit, line, lines, muted, prose, shown, tinted
from drill_tui.verdict.state import Activity, DrillState, StepState

_METER_AT_LEAST, _METER_AT_MOST = 6, 24


class StepCard(SteadyText):
    """Drawn anew from the state; it scrolls inside its container when the text is long."""

    whole_command = False
    """Whether the variables in front of the command are shown."""

    def show(self, drill: WatchedDrill, step_id: str | None, now: float) -> None:
        step = drill.state.steps.get(step_id or "")
        self.say(
            card(drill, step, now, max(20, self.size.width), whole_command=self.whole_command)
            if step
            else muted("No step yet.")
        )


def card(
    drill: WatchedDrill, step: StepState, now: float, width: int, *, whole_command: bool = False
) -> Content:
    state = drill.state
    plan = _planned(state, step.id)
    rows = [_title(state, step), step_now(step, now)]
    progress = drill.progress.get(step.id)
    if progress and step.activity is Activity.RUNNING:
        rows.append(progress_line(progress, width))
        told = throughput_line(drill.throughput[step.id], now, width) if step.id in drill.throughput else None
        rows += [told] if told is not None else []
    training = is_training(state)
    if training and isinstance(plan, Step):
        rows += learned(state, step, plan)
    command = step.command or (planned_command(state, plan) if plan else "")
    if command:
        rows.append(command_words(command, whole=whole_command))
    if plan and plan.doc:
        rows += [Content(""), prose(plan.doc)]
    if isinstance(plan, Step):
        rows += _to_watch(plan, told=not training)
    return lines(*rows)


def command_words(command: str, *, whole: bool) -> Content:
    """A command as it is read; where not whole, without the variables in front of it."""
    short = command if whole else without_variables(command)
    hidden = "" if short == command else "… "
    return line(("$ ", "bold $text-accent"), muted(hidden), (short, "$text-primary"))


def progress_line(progress: Progress, width: int) -> Content:
    """A bar with what is done, how much, and the time left, which stays when there is no room for all."""
    amounts = of_amounts(progress.done, progress.total, progress.unit)
    left = f"{span(progress.eta_s)} left" if progress.eta_s is not None else ""
    if not progress.total:
        return fit(line(tinted("… ", Tone.ACTIVE), progress.label, muted(f"  {amounts}  {left}")), width)
    share = min(1.0, progress.done / progress.total)
    percent = Content.styled(f" {share:4.0%} ", "bold")
    fuller = line(progress.label, muted("".join(f"  {told}" for told in (amounts, left) if told)))
    shorter = line(progress.label, muted(f"  {left or amounts}"))
    room = width - percent.cell_length
    words = fuller if fuller.cell_length + _METER_AT_LEAST <= room else shorter
    meter = bar(share, max(_METER_AT_LEAST, min(_METER_AT_MOST, room - words.cell_length)), Tone.ACTIVE)
    return fit(line(meter, percent, words), width)


def _planned(state: DrillState, step_id: str) -> Action | None:
    every = state.runbook.every_step() if state.runbook else ()
    return next((step for step in every if step.id == step_id), None)


def place_of(state: DrillState, step: StepState) -> tuple[int, int]:
    """Which step of its phase it is, and of how many."""
    within = [s for s in state.in_phase(step.phase) if s.takes_place]
    place = next((i for i, s in enumerate(within, 1) if s.id == step.id), step.number)
    return place, len(within)


def whose_step(state: DrillState, step: StepState) -> str:
    """The title of its role, and who signed in for it."""
    roles = state.runbook.roles if state.runbook else {}
    role = roles[step.role].title if step.role in roles else ""
    people = ", ".join(name for name, roles in state.participants.items() if step.role in roles)
    return role + (f": {people}" if people else "") if role else ""


def _title(state: DrillState, step: StepState) -> Content:
    place, of = place_of(state, step)
    part = "cleanup " if step.phase is Phase.CLEANUP else ""
    whose = whose_step(state, step)
    return line(
        muted(f"{part}{place} of {of}  "),
        (step.title, "bold"),
        (f"  {whose}" if whose else "", "bold $text-accent"),
    )


def step_now(step: StepState, now: float) -> Content:
    """Its state, its time and budget, the wait for people, who started it."""
    parts: list[Content | str] = [shown(look_of(step))]
    if step.started_at is not None:
        parts += ["  ", tinted(stopwatch(step.working_s(now)), time_tone(step, now))]
        if step.budget_s:
            parts.append(muted(f" of {stopwatch(step.budget_s)}"))
        if (waited := step.wait_s(now)) >= 1:
            parts.append(muted(f"  people {stopwatch(waited)}"))
    elif step.budget_s:
        parts.append(muted(f"  budget {stopwatch(step.budget_s)}"))
    if step.confirmed_by:
        parts.append(muted(f"  started by {step.confirmed_by}"))
    if len(step.attempts) > 1:
        parts.append(tinted(f"  attempt {len(step.attempts)}", Tone.WARN))
    if step.reason and look_of(step).tone in (Tone.BAD, Tone.WARN):
        parts.append(tinted(f"  {step.reason}", Tone.BAD))
    return line(*parts)


def _to_watch(plan: Step, told: bool) -> list[Content]:
    rows = [line(("Watch  ", "bold $text-secondary"), prose(plan.watch))] if plan.watch else []
    return [*rows, good(plan)] if plan.expect and told else rows
