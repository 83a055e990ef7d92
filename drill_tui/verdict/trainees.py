"""Training's part of the report: what each person did, asked and guessed."""

from __future__ import annotations

from drill_tui.engine.record.events import Phase
from drill_tui.runbook.mode import Mode
from drill_tui.verdict.moments import GateState, GuessState
from drill_tui.verdict.state import DrillState
from drill_tui.verdict.trainee_report import GuessReport, TraineeReport
from drill_tui.verdict.wording import iso


def trainee_reports(state: DrillState) -> tuple[TraineeReport, ...]:
    """Everybody who signed in, then whoever else asked or guessed; nobody unless it is training."""
    if state.started is None or state.started.mode is not Mode.TRAINING:
        return ()
    others = [*(hint.by for hint in state.hints), *(guess.by for guess in state.guesses)]
    return tuple(_trainee(state, name) for name in dict.fromkeys([*state.participants, *others]))


def _trainee(state: DrillState, name: str) -> TraineeReport:
    roles = state.participants.get(name, ())
    answered = [gate for gate in state.gates if _answered_by(gate, name)]
    return TraineeReport(
        name=name,
        roles=roles,
        steps=tuple(
            step.id
            for step in state.in_phase(Phase.STEPS)
            if step.started_at is not None and step.role in roles
        ),
        hints_shown=sum(hint.by == name for hint in state.hints),
        guesses=tuple(_guess(state, guess) for guess in state.guesses if guess.by == name),
        gates_answered=len(answered),
        gate_wait_s=round(sum((gate.answered_at or gate.opened_at) - gate.opened_at for gate in answered), 3),
    )


def _answered_by(gate: GateState, name: str) -> bool:
    return gate.answered is not None and any(signature.name == name for signature in gate.answered.by)


def _guess(state: DrillState, guess: GuessState) -> GuessReport:
    steps = state.runbook.steps if state.runbook else ()
    expected = next((step.expect for step in steps if step.id == guess.step), "")
    return GuessReport(at=iso(guess.at), step=guess.step, text=guess.text, expected=expected)
